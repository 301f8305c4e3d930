import theme from 'vitepress/theme-without-fonts';
// After the theme, whose colours it changes.
import './style.css';

export default theme;
