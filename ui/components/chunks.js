const SVG = "http://www.w3.org/2000/svg";
// Below this share of a bar a chunk could not be seen.
const LEAST_PERCENT = 0.7;

function shape(name, attributes) {
  const node = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([key, value]) => node.setAttribute(key, String(value)));
  return node;
}

// The whole document as a bar, each chunk where it stands in it.
function drawBar(one) {
  const used = one.chunks.filter((chunk) => chunk.used).length;
  const bar = shape("svg", { class: "bar", role: "img",
    "aria-label": `${one.chunks.length} chunks found in ${one.title}, ${used} of them used` });
  bar.append(shape("rect", { x: 0, y: 5, width: "100%", height: 6, rx: 3, class: "whole" }));
  for (const chunk of one.chunks) {
    const share = Math.max(LEAST_PERCENT, (100 * (chunk.end - chunk.start)) / one.chars);
    const left = Math.min(100 - share, (100 * chunk.start) / one.chars);
    bar.append(shape("rect", { x: `${left.toFixed(2)}%`, y: chunk.open ? 0 : 2, width: `${share.toFixed(2)}%`,
      height: chunk.open ? 16 : 12, rx: 1.5, class: chunk.used ? "used" : "found" }));
  }
  return bar;
}

function drawReading(reading) {
  return make("div", { class: "reading", tabindex: "0", role: "group", "aria-label": `Text of ${reading.section}` },
    make("p", { class: "place" }, make("strong", {}, reading.section), ` ${reading.title}`),
    drawPassage(reading.blocks));
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = rootOf(parentElement, "chunks");
  const drawChunk = (chunk) => {
    const told = `Rank ${chunk.rank}, ${chunk.used ? "used" : "found"}: ${chunk.heading}, ` +
      `characters ${chunk.start} to ${chunk.end}`;
    const pick = () =>
      setTriggerValue("pick", { document: chunk.document, start: chunk.start, end: chunk.end });
    return make("li", {}, make("button", { type: "button", class: chunk.used ? "used" : "found",
      "aria-pressed": String(chunk.open), "aria-label": told, title: told, on: { click: pick } }, String(chunk.rank)));
  };
  const documents = data.documents.map((one) =>
    make("li", { class: "document" }, make("p", { class: "name" }, one.title), drawBar(one),
      make("ul", { class: "ranks", "aria-label": `Chunks in ${one.title}, by rank` }, ...one.chunks.map(drawChunk))));
  const key = make("p", { class: "key" }, make("span", { class: "used" }), "in the answer’s sections ",
    make("span", { class: "found" }), "found only ", make("span", { class: "quote" }), "quoted");
  const had = root.querySelector("button[aria-pressed=true]") && root.getRootNode().activeElement?.tagName === "BUTTON";
  root.replaceChildren(key, make("ul", { class: "documents", "aria-label": "Documents" }, ...documents),
    drawReading(data.reading));
  // The frame scrolls, never the page.
  const frame = root.querySelector(".reading");
  const anchor = frame.querySelector("[data-anchor]");
  if (anchor) frame.scrollTop = anchor.offsetTop - frame.clientHeight / 4;
  if (had) root.querySelector("button[aria-pressed=true]")?.focus({ preventScroll: true });
}
