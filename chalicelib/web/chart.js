// A line chart with bands, drawn as SVG so that it takes the theme's colours, prints, and needs no library; and the same
// as numbers, for whoever cannot see it.
import {html, svg, nothing} from './vendor/lit-html/lit-html.js';
import {t} from './words.js';

const WIDTH = 460;
const HEIGHT = 250;
const LEFT = 44;
const RIGHT = 86;
const BOTTOM = 24;
const TOP = 10;

// `lines`: {name, points: [{x, y, low, high}]}; `label` writes a y, `mark` an x. A corner text says what it is not.
export function chart({title, lines, label, mark, corner = ''}) {
  const points = lines.flatMap((line) => line.points);
  if (!points.length) return nothing;
  const [x0, x1] = extent(points.map((point) => point.x));
  const {y0, y1, step} = scale(points.flatMap((point) => [point.y, point.low ?? point.y, point.high ?? point.y]));
  const x = (value) => LEFT + ((WIDTH - LEFT - RIGHT) * (value - x0)) / (x1 - x0 || 1);
  const y = (value) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - (value - y0) / (y1 - y0 || 1));
  const rows = Array.from({length: Math.round((y1 - y0) / step) + 1}, (_, index) => y0 + index * step);
  const ends = spread(lines.map((line) => y(line.points.at(-1).y)));
  return html`<figure class="chart"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label=${title}>
    ${rows.map((value) => svg`<line class="grid" x1=${LEFT} x2=${WIDTH - RIGHT} y1=${y(value)} y2=${y(value)}/><text x=${LEFT - 6} y=${y(value) + 4} class="axis end">${label(value)}</text>`)}
    ${ticks(points.map((point) => point.x)).map((value) => svg`<text x=${x(value)} y=${HEIGHT - 6} class="axis middle">${mark(value)}</text>`)}
    ${lines.map((line, place) => svg`
      ${line.points.some((point) => point.low !== undefined) ? svg`<path class="band line-${place % 6}" d=${band(line.points, x, y)}/>` : nothing}
      <path class="curve line-${place % 6}" d=${line.points.map((point, index) => `${index ? 'L' : 'M'}${x(point.x).toFixed(1)} ${y(point.y).toFixed(1)}`).join('')}/>
      <circle class="dot line-${place % 6}" cx=${x(line.points.at(-1).x)} cy=${y(line.points.at(-1).y)} r="3"/>
      <text x=${x(line.points.at(-1).x) + 7} y=${ends[place] + 4} class="axis name">${line.name}</text>`)}
    ${corner ? svg`<text x=${LEFT + 6} y=${TOP + 14} class="corner">${corner}</text>` : nothing}</svg>
    <details><summary>${t('chart.numbers')}</summary><div class="scroller"><table><caption class="sound">${title}</caption><thead><tr><th scope="col">${t('chart.at')}</th>${lines.map((line) => html`<th scope="col" class="number">${line.name}</th>`)}</tr></thead>
      <tbody>${[...new Set(points.map((point) => point.x))].sort((one, other) => one - other).map((value) => html`<tr><th scope="row">${mark(value)}</th>${lines.map((line) => {
        const point = line.points.find((one) => one.x === value);
        return html`<td class="number">${point ? `${label(point.y)}${point.low === undefined ? '' : ` ± ${label(point.y - point.low)}`}` : ''}</td>`;
      })}</tr>`)}</tbody></table></div></details></figure>`;
}

const extent = (values) => [Math.min(...values), Math.max(...values)];

// A scale from 0 or below the least, in steps of 1, 2 or 5, some five of them.
function scale(values) {
  const [low, high] = extent(values);
  const wanted = (high - Math.min(low, 0) || 1) / 5;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const step = power * [1, 2, 5, 10].find((one) => one * power >= wanted);
  return {y0: Math.min(0, Math.floor(low / step) * step), y1: Math.ceil(high / step) * step, step};
}

function ticks(values) {
  const all = [...new Set(values)].sort((one, other) => one - other);
  const every = Math.ceil(all.length / 7);
  return all.filter((_, index) => index % every === 0 || index === all.length - 1);
}

function band(points, x, y) {
  const there = points.map((point, index) => `${index ? 'L' : 'M'}${x(point.x).toFixed(1)} ${y(point.high).toFixed(1)}`);
  const back = [...points].reverse().map((point) => `L${x(point.x).toFixed(1)} ${y(point.low).toFixed(1)}`);
  return `${there.join('')}${back.join('')}Z`;
}

// Names at the ends of lines do not cover each other.
function spread(values) {
  const placed = [];
  values.map((value, index) => ({value, index})).sort((one, other) => one.value - other.value).forEach(({value, index}) => {
    const above = Math.max(...placed.filter((one) => one !== undefined), -Infinity);
    placed[index] = Math.max(value, above + 13);
  });
  return placed;
}
