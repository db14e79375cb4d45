export default function ({ data, parentElement, setTriggerValue }) {
  const root = rootOf(parentElement, "links");
  const items = data.items.map((item) =>
    make("li", { "aria-current": item.current ? "true" : null },
      makeLink(item.text, item.href, () => setTriggerValue("pick", item.value)),
      item.note ? make("span", { class: "note" }, item.note) : null));
  root.replaceChildren(make("ul", { "aria-label": data.label }, ...items));
}
