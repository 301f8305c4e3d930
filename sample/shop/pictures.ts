import { html, type Html } from '../views/html.js';

/** Inline SVG, coloured by the style sheet, so that the pictures follow light and dark mode. */
function picture(shapes: Html): Html {
  return html`<svg class="drawing" viewBox="0 0 200 160" aria-hidden="true" focusable="false">${shapes}</svg>`;
}

export const pictures = {
  teapot: picture(html`
    <ellipse class="shade" cx="98" cy="136" rx="62" ry="7" />
    <path class="line clay-line" d="M54 80 C20 70 20 122 56 114" />
    <path class="clay-deep" d="M136 88 C156 86 156 64 172 56 L181 63 C169 73 170 106 138 116 Z" />
    <path
      class="clay"
      d="M48 92 C48 64 70 54 96 54 C122 54 144 64 144 92 C144 120 124 136 96 136 C68 136 48 120 48 92 Z"
    />
    <path class="clay-deep" d="M68 60 C74 46 118 46 124 60 C116 65 76 65 68 60 Z" />
    <circle class="cream" cx="96" cy="43" r="7" />
    <path class="thin cream-line" d="M62 96 C64 112 72 122 84 126" />
  `),
  mug: picture(html`
    <ellipse class="shade" cx="96" cy="136" rx="54" ry="7" />
    <path class="line leaf-line" d="M126 76 C162 70 162 120 124 114" />
    <path class="leaf" d="M56 62 H132 V112 C132 128 122 136 108 136 H80 C66 136 56 128 56 112 Z" />
    <ellipse class="leaf-deep" cx="94" cy="62" rx="38" ry="9" />
    <ellipse class="brew" cx="94" cy="63.5" rx="31" ry="6" />
    <path class="thin steam" d="M80 44 C72 34 88 28 80 16" />
    <path class="thin steam" d="M98 42 C90 30 106 24 98 10" />
    <path class="thin steam" d="M114 44 C106 34 122 28 114 18" />
    <path class="thin cream-line" d="M68 84 V112" />
  `),
  lamp: picture(html`
    <path class="glow" d="M52 76 L148 76 L178 140 L22 140 Z" />
    <ellipse class="shade" cx="100" cy="140" rx="44" ry="6" />
    <rect class="brass" x="97" y="72" width="6" height="64" rx="3" />
    <ellipse class="brass" cx="100" cy="136" rx="32" ry="7" />
    <path class="cream" d="M74 22 H126 L150 78 H50 Z" />
    <path class="thin sand-line" d="M86 24 L72 76 M100 24 V76 M114 24 L128 76" />
    <path class="thin brass-line" d="M134 80 V104" />
    <circle class="brass" cx="134" cy="107" r="3.5" />
  `),
  notebook: picture(html`
    <g transform="rotate(-8 100 80)">
      <rect class="shade" x="58" y="32" width="96" height="112" rx="6" />
      <rect class="page" x="56" y="26" width="96" height="112" rx="5" />
      <rect class="dusk" x="50" y="22" width="96" height="112" rx="6" />
      <rect class="dusk-deep" x="50" y="22" width="16" height="112" rx="6" />
      <rect class="cream" x="82" y="44" width="46" height="22" rx="3" />
      <path class="thin dusk-line" d="M89 52 H120 M89 58.5 H110" />
      <rect class="clay" x="130" y="22" width="5" height="112" />
    </g>
  `),
  candle: picture(html`
    <circle class="glow" cx="98" cy="44" r="40" />
    <ellipse class="shade" cx="100" cy="141" rx="56" ry="6" />
    <path class="line-small brass-line" d="M134 128 C158 118 160 142 138 136" />
    <ellipse class="brass" cx="98" cy="132" rx="46" ry="9" />
    <ellipse class="brass-deep" cx="98" cy="129" rx="34" ry="5.5" />
    <path class="wax" d="M84 70 C88 66 108 66 112 70 V126 C108 131 88 131 84 126 Z" />
    <path
      class="wax-deep"
      d="M84 70 C88 76 94 72 96 84 C98 90 103 88 103 80 C104 74 110 76 112 70 C108 66 88 66 84 70 Z"
    />
    <path class="thin wick" d="M98 70 V60" />
    <path class="flame" d="M98 24 C112 42 110 60 98 62 C86 60 84 42 98 24 Z" />
    <path class="flame-core" d="M98 42 C104 50 103 59 98 60 C93 59 92 50 98 42 Z" />
  `),
  aloe: picture(html`
    <ellipse class="shade" cx="100" cy="142" rx="44" ry="6" />
    <path class="leaf-deep" d="M100 96 C84 74 58 70 40 82 C60 92 82 100 100 96 Z" />
    <path class="leaf-deep" d="M100 96 C116 74 142 70 160 82 C140 92 118 100 100 96 Z" />
    <path class="leaf" d="M100 96 C80 62 64 46 46 44 C52 66 74 92 100 96 Z" />
    <path class="leaf" d="M100 96 C120 62 136 46 154 44 C148 66 126 92 100 96 Z" />
    <path class="leaf-deep" d="M100 98 C90 66 86 42 80 26 C70 46 78 82 100 98 Z" />
    <path class="leaf-deep" d="M100 98 C110 66 114 42 120 26 C130 46 122 82 100 98 Z" />
    <path class="leaf" d="M100 98 C92 62 94 36 100 14 C106 36 108 62 100 98 Z" />
    <path class="clay" d="M68 96 H132 L124 134 C123 139 119 142 114 142 H86 C81 142 77 139 76 134 Z" />
    <rect class="clay-deep" x="64" y="92" width="72" height="13" rx="5" />
  `),
} as const;
