export default function ({ data, parentElement }) {
  const root = rootOf(parentElement, "reader");
  const drawn = JSON.stringify([data.key]);
  if (root.dataset.drawn === drawn) return;
  root.dataset.drawn = drawn;
  root.replaceChildren(drawPassage(data.blocks));
  root.querySelector("mark")?.scrollIntoView({ block: "center" });
}
