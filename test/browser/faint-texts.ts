/**
 * Texts below the contrast of WCAG 2.2 AA (4.5 to 1), each with its ratio; runs in the page. What is see-through is mixed with
 * what lies behind it.
 */
export const findFaintTexts = `(() => {
  const parse = (color) => {
    const [r = 0, g = 0, b = 0, alpha = 1] = (color.match(/[\\d.]+/g) ?? []).map(Number);
    return { rgb: [r, g, b], alpha };
  };
  const mix = ({ rgb, alpha }, below) => rgb.map((value, at) => value * alpha + below[at] * (1 - alpha));
  const channel = (value) => (value <= 10.31 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const grounds = new Map();
  const groundOf = (element) => {
    if (!element) return [255, 255, 255];
    if (!grounds.has(element))
      grounds.set(element, mix(parse(getComputedStyle(element).backgroundColor), groundOf(element.parentElement)));
    return grounds.get(element);
  };
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.textContent.trim() || element.closest('.visually-hidden')) continue;
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const ground = groundOf(element);
    const [a, b] = [luminance(mix(parse(getComputedStyle(element).color), ground)), luminance(ground)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) faint.push(node.textContent.trim() + ': ' + ratio.toFixed(2));
  }
  return faint;
})()`;
