import type { Speed } from './run.js';

const width = 760;
const barsAt = 330;
const row = 22;
const ours = 'nestjs-session-auth';

/**
 * The ratios of one platform as an SVG: a bar for the median, a line from the least to the greatest of the rounds, and a
 * dashed line at the baseline. Readable on a light and on a dark page.
 */
export function speedPlot(platform: string, speeds: readonly Speed[]): string {
  const most = Math.max(1, ...speeds.map(({ greatest }) => greatest));
  const x = (ratio: number): number => round(barsAt + (ratio / most) * (width - barsAt - 60));
  const lines: string[] = [text(0, 18, `${platform}: requests a second against the baseline`, 'title')];
  let y = 34;
  for (const route of new Set(speeds.map((speed) => speed.route))) {
    const measured = speeds.filter((speed) => speed.route === route);
    lines.push(text(0, (y += row), `${route}, against ${measured[0]?.against ?? ''}`, 'route'));
    const top = y + 4;
    for (const { application, median, least, greatest } of measured) {
      y += row;
      const kind = application.startsWith(ours) ? 'ours' : 'other';
      lines.push(
        text(barsAt - 10, y, application.replaceAll('`', ''), 'name'),
        `<rect class="${kind}" x="${String(barsAt)}" y="${String(y - 12)}" width="${String(round(x(median) - barsAt))}" height="14"/>`,
        line(x(least), y - 5, x(greatest), y - 5, 'spread'),
        text(x(greatest) + 8, y, median.toFixed(2), 'figure'),
      );
    }
    lines.push(line(x(1), top, x(1), y + 6, 'baseline'));
    y += 12;
  }
  const height = y + 12;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(width)} ${String(height)}" width="${String(width)}" height="${String(height)}" role="img">`,
    `<title>${escaped(`${platform}: requests a second against the baseline`)}</title>`,
    `<style>${style}</style>`,
    ...lines,
    '</svg>',
    '',
  ].join('\n');
}

const style = [
  'text { font: 13px system-ui, sans-serif; fill: #1f2328 }',
  '.title, .route { font-weight: 600 }',
  '.name { text-anchor: end }',
  '.ours { fill: #2a6f97 }',
  '.other { fill: #b0b7bf }',
  '.spread { stroke: #1f2328 }',
  '.baseline { stroke: #8a1c1c; stroke-dasharray: 4 3 }',
  '@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .ours { fill: #61a5c2 } .other { fill: #6e7681 } .spread { stroke: #e6edf3 } .baseline { stroke: #ff8080 } }',
].join(' ');

function text(x: number, y: number, content: string, kind: string): string {
  return `<text class="${kind}" x="${String(x)}" y="${String(y)}">${escaped(content)}</text>`;
}

function line(x1: number, y1: number, x2: number, y2: number, kind: string): string {
  return `<line class="${kind}" x1="${String(x1)}" y1="${String(y1)}" x2="${String(x2)}" y2="${String(y2)}"/>`;
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
