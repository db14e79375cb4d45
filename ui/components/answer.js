export default function ({ data, parentElement, setTriggerValue }) {
  const root = rootOf(parentElement, "answer");
  const view = (root.view ??= { open: null, drawn: "", paned: "", asked: "" });
  view.data = data;
  view.send = setTriggerValue;
  if (view.asked !== data.question) Object.assign(view, { asked: data.question, open: null, opener: null });
  const drawn = JSON.stringify([data.question, data.settled, data.total, data.notices, data.id, data.verdict]);
  if (view.drawn !== drawn) {
    view.drawn = drawn;
    drawAnswer(root, view);
  }
  drawPane(root, view);
}

const placeOf = (one) => [one.document, one.start, one.end].join("\n");
const hrefOf = (one) =>
  "handbook?" + new URLSearchParams({ document: one.document, start: one.start, end: one.end });

function drawAnswer(root, view) {
  const { data } = view;
  const main = make("div", { class: "outline" });
  if (data.abstention) main.append(drawAbstention(data.abstention, view));
  data.sections.forEach((section) => main.append(drawSection(section, view)));
  if (!data.settled) main.append(make("p", { class: "waiting", role: "status" }, waitingText(data)));
  if (data.id) main.append(drawTools(view));
  const hasSources = data.references.length > 0;
  root.replaceChildren(
    drawHead(data),
    make("div", { class: hasSources ? "columns" : "columns alone" }, main, hasSources ? drawAside() : null),
  );
  view.paned = "";
}

const waitingText = (data) => (data.total ? "Checking the next claim" : "Reading the handbook");

function drawHead(data) {
  const facts = make("p", { class: "facts" });
  if (data.total) {
    const whole = data.supported === data.total;
    facts.append(
      make("span", { class: whole ? "rate" : "rate partial" }, `${data.supported} of ${data.total} claims supported`),
    );
  }
  data.facts.forEach((fact) => facts.append(make("span", {}, fact)));
  const told = data.notices.map((notice) => make("p", { class: "notice", role: "status" }, notice));
  const read = data.standalone ? make("p", { class: "read" }, `Read as: ${data.standalone}`) : null;
  return make("header", {}, make("h1", {}, data.question), read, facts, ...told);
}

function drawSection(section, view) {
  const title = make("h2", {}, section.title);
  const draw = { prose: drawProse, asks: drawFollowUps }[section.style] ?? drawList;
  return make("section", { class: section.field.replace("_", "-") }, title, draw(section, view));
}

function drawProse(section, view) {
  const prose = make("div", { class: "prose" });
  let paragraph = null;
  let above = "";
  for (const claim of section.claims) {
    if (claim.text.includes("\n")) {
      prose.append(drawCode(claim, view));
      paragraph = null;
      continue;
    }
    if (isHeading(claim, above)) prose.append(make("h3", {}, claim.label));
    if (!paragraph || claim.label !== above) {
      paragraph = make("p");
      prose.append(paragraph);
    }
    if (paragraph.childNodes.length) paragraph.append(" ");
    paragraph.append(...drawClaim(claim, above, view));
    above = claim.label;
  }
  return prose;
}

function drawList(section, view) {
  const lists = make("div");
  let list = null;
  let above = "";
  for (const claim of section.claims) {
    const heads = isHeading(claim, above);
    if (heads) lists.append(make("h3", {}, claim.label));
    if (heads || !list) {
      list = make(section.style === "numbered" ? "ol" : "ul");
      lists.append(list);
    }
    const isCode = claim.text.includes("\n");
    list.append(make("li", {}, ...(isCode ? [drawCode(claim, view)] : drawClaim(claim, above, view))));
    above = claim.label;
  }
  return lists;
}

// A follow-up asks itself: its question is a button, what the handbook says to it stands below.
function drawFollowUps(section, view) {
  const list = make("ul", { class: "asks" });
  for (const claim of section.claims) {
    const end = claim.text.indexOf("?") + 1;
    const question = end ? claim.text.slice(0, end) : claim.text;
    const ask = () => view.send("ask", question);
    const rest = end ? claim.text.slice(end).trim() : "";
    const proof = [...drawVerdict(claim), ...drawChips(claim, view)];
    list.append(
      make("li", {}, make("button", { type: "button", class: "ask", on: { click: ask } }, question),
        rest ? make("p", {}, rest, ...proof) : make("p", { class: "bare" }, ...proof)),
    );
  }
  return list;
}

function drawCode(claim, view) {
  return make("div", {}, make("pre", { tabindex: "0" }, claim.text), ...drawVerdict(claim),
    ...drawChips(claim, view));
}

// "(rule of thumb; S1.Q25; 2026)" tells where a figure is from; it is worth less ink than the figure.
const ORIGIN = /\([^()]*;[^()]*\)\.?$/;
// A longer label is a heading, and stands on a line of its own.
const INLINE_LABEL_CHARS = 24;
const isHeading = (claim, above) => claim.label.length > INLINE_LABEL_CHARS && claim.label !== above;

function drawClaim(claim, above, view) {
  const parts = [];
  let text = claim.text;
  const leads = claim.label && claim.label !== above && !isHeading(claim, above);
  if (leads) parts.push(make("strong", {}, claim.label + (claim.label.endsWith("?") ? " " : ": ")));
  const origin = text.match(ORIGIN);
  if (origin) text = text.slice(0, origin.index);
  const proof = [...drawVerdict(claim), ...drawChips(claim, view)];
  if (origin) return [...parts, text, make("span", { class: "origin" }, origin[0]), ...proof];
  // The chips never stand alone on a line: the last word goes with them.
  const last = text.lastIndexOf(" ") + 1;
  return [...parts, text.slice(0, last), make("span", { class: "end" }, text.slice(last), ...proof)];
}

const VERDICTS = { partial: "partly supported", unsupported: "not supported", unchecked: "not checked" };

function drawVerdict(claim) {
  const told = VERDICTS[claim.support];
  return told ? [" ", make("span", { class: "verdict " + claim.support }, told)] : [];
}

function drawChips(claim, view) {
  return claim.refs.map((number) => {
    const reference = view.data.references[number - 1];
    const click = (event) => openPane(event.currentTarget, reference, claim.support, view);
    return make(
      "button",
      {
        type: "button", class: "chip", "data-place": placeOf(reference), on: { click },
        "aria-label": `Source ${number}: ${reference.trail || reference.document}`, "aria-expanded": "false",
      },
      String(number),
    );
  });
}

function openPane(chip, reference, support, view) {
  view.open = { ...reference, support };
  view.opener = chip;
  drawPane(chip.getRootNode().querySelector(".answer"), view);
  view.send("open", { document: reference.document, start: reference.start, end: reference.end });
}

function drawAside() {
  return make("aside", { class: "pane", "aria-label": "Source", tabindex: "0" });
}

function drawPane(root, view) {
  const pane = root.querySelector(".pane");
  if (!pane) return;
  const { open, data } = view;
  const ready = open && data.passage && placeOf(data.passage) === placeOf(open) ? data.passage : null;
  const paned = JSON.stringify([open, Boolean(ready), data.references.length]);
  if (paned === view.paned) return;
  view.paned = paned;
  for (const chip of root.querySelectorAll(".chip")) {
    const isOpen = Boolean(open) && chip.dataset.place === placeOf(open);
    chip.setAttribute("aria-expanded", String(isOpen));
    chip.classList.toggle("open", isOpen);
  }
  pane.classList.toggle("is-open", Boolean(open));
  pane.replaceChildren(...(open ? drawOpened(root, open, ready, view) : drawSources(data)));
  const mark = pane.querySelector("mark");
  // The pane scrolls, never the page: the reader's place in the answer is kept.
  if (mark) {
    const from = mark.getBoundingClientRect().top - pane.getBoundingClientRect().top;
    pane.scrollTop += from - pane.clientHeight / 3;
  }
}

function drawOpened(root, open, ready, view) {
  const close = () => {
    view.open = null;
    drawPane(root, view);
    view.opener?.focus({ preventScroll: true });
  };
  view.close = close;
  root.onkeydown = (event) => event.key === "Escape" && view.open && close();
  const read = () => view.send("read", { document: open.document, start: open.start, end: open.end });
  const told = VERDICTS[open.support] ?? "supported";
  const title = ready?.title ?? open.document;
  return [
    make("div", { class: "top" },
      make("div", { class: "bar" },
        make("span", { class: "chip open", "aria-hidden": "true" }, String(open.number)),
        make("span", { class: "title" }, title),
        make("button", { type: "button", class: "close", "aria-label": "Close the source", on: { click: close } }, "×")),
      make("p", { class: "trail" }, open.trail)),
    ready ? drawPassage(ready.blocks) : make("div", { class: "passage" }, make("p", {}, make("mark", {}, open.quote))),
    make("p", { class: "foot" },
      make("span", { class: "verdict " + open.support }, told),
      make("span", {}, `${open.document}, characters ${open.start}–${open.end}`),
      makeLink("Open in handbook", hrefOf(open), read)),
  ];
}

// "1–5, 10, 12": a number between two of a section may belong to another one. No line ends within a range.
function rangesOf(numbers) {
  const runs = [];
  for (const number of numbers) {
    const run = runs.at(-1);
    if (run?.last === number - 1) run.last = number;
    else runs.push({ first: number, last: number });
  }
  return runs.map(({ first, last }) => (first === last ? `${first}` : `${first}–\u2060${last}`)).join(", ");
}

function drawSources(data) {
  const sections = new Map();
  for (const one of data.references) {
    const key = one.trail || one.document;
    sections.set(key, [...(sections.get(key) ?? []), one.number]);
  }
  const list = make("ul", { class: "sources" });
  for (const [name, numbers] of sections) {
    list.append(make("li", {}, make("span", {}, name), make("span", { class: "range" }, rangesOf(numbers))));
  }
  return [
    make("h2", {}, "Sources"),
    make("p", { class: "hint" }, "Choose a number in the answer to read the passage it was taken from."),
    list,
  ];
}

function drawAbstention(card, view) {
  const nearest = card.nearest.map((near) =>
    make("li", {}, makeLink(near.trail || near.document, hrefOf(near),
      () => view.send("read", { document: near.document, start: near.start, end: near.end }))));
  return make("section", { class: "abstention", "aria-label": "No answer" },
    make("h2", {}, card.title),
    make("p", {}, card.message),
    nearest.length ? make("h3", {}, "Nearest sections") : null,
    nearest.length ? make("ul", {}, ...nearest) : null,
    make("p", { class: "next" }, make("strong", {}, "Next "), card.next));
}

async function copy(text, told) {
  try {
    await navigator.clipboard.writeText(text);
    told.textContent = "Copied.";
  } catch {
    told.textContent = "The browser does not allow copying here; use Download.";
  }
}

function download(text, name) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/markdown" }));
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

const WHY = ["wrong", "incomplete", "off topic", "bad source", "too long"];

function drawTools(view) {
  const { data } = view;
  const told = make("span", { class: "told", role: "status" });
  const tool = (name, click) => make("button", { type: "button", class: "tool", on: { click } }, name);
  const link = () => new URL("?answer=" + encodeURIComponent(data.id), location.href.split("?")[0]).href;
  const reasons = drawReasons(view);
  const vote = (name, verdict, click) => {
    const button = tool(name, click);
    button.setAttribute("aria-pressed", String(data.verdict === verdict));
    return button;
  };
  if (data.verdict) told.textContent = "Thank you, it is noted.";
  return make("footer", {},
    make("div", { class: "tools" },
      tool("Copy as Markdown", () => copy(data.markdown, told)),
      tool("Download", () => download(data.markdown, `answer-${data.id}.md`)),
      tool("Copy link", () => copy(link(), told)),
      make("span", { class: "votes" },
        vote("Helpful", "up", () => view.send("feedback", { verdict: "up", reason: "", comment: "" })),
        vote("Not helpful", "down", () => {
          reasons.hidden = !reasons.hidden;
          if (!reasons.hidden) reasons.querySelector("input").focus();
        }))),
    reasons, told);
}

function drawReasons(view) {
  const choices = WHY.map((why, at) =>
    make("label", {}, make("input", { type: "radio", name: "why", value: why, checked: at === 0 }), why));
  const comment = make("textarea", { rows: "2", maxlength: "4000", "aria-label": "What should be better (optional)",
    placeholder: "What should be better (optional)" });
  const submit = (event) => {
    event.preventDefault();
    const reason = new FormData(event.target).get("why").replace(" ", "_");
    view.send("feedback", { verdict: "down", reason, comment: comment.value });
  };
  return make("form", { class: "reasons", hidden: true, on: { submit } },
    make("fieldset", {}, make("legend", {}, "What is wrong with it?"), ...choices), comment,
    make("button", { type: "submit", class: "tool" }, "Send"));
}
