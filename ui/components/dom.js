// Every text is set as text: nothing that a document, a model or a user wrote is ever read as markup.
function make(name, properties = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "on") Object.entries(value).forEach(([event, act]) => node.addEventListener(event, act));
    else if (key === "class") node.className = value;
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

function rootOf(parent, name) {
  let root = [...parent.children].find((child) => child.className === name);
  if (!root) {
    root = make("div", { class: name });
    parent.append(root);
  }
  return root;
}

const STYLES = { bold: "strong", italic: "em", code: "code" };

function drawRuns(runs) {
  return runs.map(([text, style, mark]) => {
    const styled = STYLES[style] ? make(STYLES[style], {}, text) : document.createTextNode(text);
    return mark ? make("mark", { class: mark }, styled) : styled;
  });
}

function drawRow(block) {
  return make("tr", {}, ...block.cells.map((cell) => make(block.head ? "th" : "td", {}, ...drawRuns(cell))));
}

// Handbook text as ui/parts/passage.py cuts it.
function drawPassage(blocks) {
  const body = make("div", { class: "passage" });
  let table = null;
  for (const block of blocks) {
    if (block.kind === "row") {
      if (!table) {
        table = make("table");
        body.append(make("div", { class: "wide", tabindex: "0", role: "group", "aria-label": "Table" }, table));
      }
      table.append(drawRow(block));
      if (block.anchor) table.lastElementChild.dataset.anchor = "";
      continue;
    }
    table = null;
    const runs = drawRuns(block.cells[0]);
    if (block.kind === "heading") {
      body.append(make("p", { class: "heading depth-" + block.depth }, ...runs));
    } else if (block.kind === "item") {
      const sign = make("span", { class: "sign", "aria-hidden": "true" }, block.sign);
      const text = make("span", {}, ...runs);
      body.append(make("div", { class: "item", style: `--depth: ${Number(block.depth)}` }, sign, text));
    } else if (block.kind === "quote") body.append(make("blockquote", {}, ...runs));
    else if (block.kind === "code") body.append(make("pre", { tabindex: "0" }, ...runs));
    else body.append(make("p", {}, ...runs));
    if (block.anchor) body.lastElementChild.dataset.anchor = "";
  }
  return body;
}

// A link inside the app: a plain click stays in this session, any other opens as links do.
function makeLink(text, href, follow, properties = {}) {
  const click = (event) => {
    if (event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    follow();
  };
  return make("a", { href, ...properties, on: { click } }, text);
}
