// Where things are on a map: equirectangular, true to scale at its middle latitude.
const MOST_HEIGHT = 560;
const LEAST_SPAN = 0.02; // degrees: a region of one station is not a point without size
const ROUNDS = 80;
const GAP = 30;
const HALF_LETTER = 3.6; // half of a letter's width
const NAMED = 24; // what a circle's name takes below it, and a margin

// Where a place is in a picture so wide; its height and bounds are kept in `frame`, so that a poll moves nothing.
export function projection(placed, frame, width, margin) {
  frame.bounds ??= placed.length ? boundsOf(placed) : null;
  if (!frame.bounds) return () => ({x: 0, y: 0});
  const {west, east, south, north} = frame.bounds;
  const narrowing = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const [wide, high] = [(east - west) * narrowing, north - south];
  const scale = Math.min((width - 2 * margin) / wide, (MOST_HEIGHT - 2 * margin) / high);
  frame.height = Math.round(high * scale + 2 * margin);
  const left = (width - wide * scale) / 2;
  return (one) => ({x: left + (one.longitude - west) * narrowing * scale, y: margin + (north - one.latitude) * scale});
}

function boundsOf(all) {
  const [longitudes, latitudes] = [all.map((one) => one.longitude), all.map((one) => one.latitude)];
  const range = (values) => {
    const [low, high] = [values.reduce((least, one) => Math.min(least, one)), values.reduce((most, one) => Math.max(most, one))];
    const lacking = Math.max(0, LEAST_SPAN - (high - low)) / 2;
    return [low - lacking, high + lacking];
  };
  const [west, east] = range(longitudes);
  const [south, north] = range(latitudes);
  return {west, east, south, north};
}

// Circles that cover each other move apart, the same way each time: a city lies within its province. None leaves the
// picture sideways: it is made as high as they need.
export function apart(circles, width) {
  const aside = ({radius, name}) => Math.min(width / 2, Math.max(radius + NAMED, (name?.length ?? 0) * HALF_LETTER));
  const within = (one) => Math.max(aside(one), Math.min(width - aside(one), one.x));
  const moved = circles.map((one) => ({...one, x: within(one)}));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, one] of moved.entries()) {
      for (const other of moved.slice(index + 1)) {
        const [dx, dy] = [other.x - one.x || 0.01, other.y - one.y || 0.01];
        const distance = Math.hypot(dx, dy);
        const lacking = one.radius + other.radius + GAP - distance;
        if (lacking <= 0) continue;
        const [stepX, stepY] = [(dx / distance) * (lacking / 2), (dy / distance) * (lacking / 2)];
        Object.assign(one, {x: within({...one, x: one.x - stepX}), y: one.y - stepY});
        Object.assign(other, {x: within({...other, x: other.x + stepX}), y: other.y + stepY});
      }
    }
  }
  return moved;
}

// The picture that holds all circles with their names, so wide.
export function around(circles, width) {
  const top = Math.min(0, ...circles.map((one) => one.y - one.radius - NAMED));
  const bottom = Math.max(0, ...circles.map((one) => one.y + one.radius + NAMED));
  return [0, top, width, bottom - top].map(Math.round).join(' ');
}
