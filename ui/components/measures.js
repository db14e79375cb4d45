const SVG = "http://www.w3.org/2000/svg";

function shape(name, attributes) {
  const node = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([key, value]) => node.setAttribute(key, String(value)));
  return node;
}

const percent = (share) => `${Math.min(100, Math.max(0, share * 100)).toFixed(2)}%`;

// A dot for the mean and a line for its 95% interval, on a scale from 0 to `top`.
function drawInterval(one) {
  const plot = shape("svg", { class: "interval", role: "img", "aria-label": one.told });
  const line = (from, to, name) => shape("line", { x1: from, x2: to, y1: "50%", y2: "50%", class: name });
  plot.append(line("0%", "100%", "axis"));
  if (one.low !== null) plot.append(line(percent(one.low / one.top), percent(one.high / one.top), "range"));
  if (one.value !== null) plot.append(shape("circle", { cx: percent(one.value / one.top), cy: "50%", r: 4.5 }));
  return plot;
}

function drawTrend(one) {
  if (one.trend.length < 2) return make("span", { class: "none" }, "one run");
  const plot = shape("svg", { class: "trend", viewBox: "0 0 100 28", preserveAspectRatio: "none", role: "img",
    "aria-label": `Earlier to now: ${one.trend.map((value) => value.toFixed(3)).join(", ")}` });
  const [low, high] = [Math.min(...one.trend), Math.max(...one.trend)];
  const points = one.trend.map((value, at) => {
    const y = high > low ? 24 - (20 * (value - low)) / (high - low) : 14;
    return `${(100 * at) / (one.trend.length - 1)},${y.toFixed(1)}`;
  });
  plot.append(shape("polyline", { points: points.join(" "), "vector-effect": "non-scaling-stroke" }));
  return plot;
}

export default function ({ data, parentElement }) {
  const root = rootOf(parentElement, "measures");
  const head = make("tr", {}, ...["Measure", "Value", "95% interval", "Items", "Runs"].map((name) =>
    make("th", { scope: "col" }, name)));
  const rows = data.rows.map((one) =>
    make("tr", {},
      make("th", { scope: "row" }, one.name, one.meaning ? make("span", { class: "meaning" }, one.meaning) : null),
      make("td", { class: "value" }, one.shown),
      make("td", { class: "plot" }, drawInterval(one), make("span", { class: "bounds" }, one.bounds)),
      make("td", { class: "count" }, one.count),
      make("td", { class: "runs" }, drawTrend(one))));
  root.replaceChildren(
    make("table", {}, make("caption", {}, data.caption), make("thead", {}, head), make("tbody", {}, ...rows)));
}
