import {
  Document,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  Scalar,
  YAMLMap,
  YAMLSeq,
} from "yaml";

const style = {
  lineWidth: 0,
  minContentWidth: 0,
  blockQuote: "literal",
  flowCollectionPadding: false,
} as const;

/** What the server takes for a number, and YAML 1.2 does not: `0b1`, `1_000`, `010`. */
const numberForTheServer = /^[-+]?[.\d][\d_.xXbBeE+\-a-fA-F]*$/;

/** A value as one line of YAML; null where it takes several. `like`: a scalar whose quotes it takes over. */
export function inline(value: unknown, like?: Scalar): string | null {
  const scalar = new Scalar(value);
  const quoted = like?.type === "QUOTE_DOUBLE" || like?.type === "QUOTE_SINGLE";
  if (typeof value === "string" && (quoted || numberForTheServer.test(value)))
    scalar.type = like?.type ?? "QUOTE_DOUBLE";
  const text = new Document(scalar).toString(style).trimEnd();
  return text.includes("\n") ? null : text;
}

/** A value between braces or brackets, in one line. */
export function flow(value: unknown): string | null {
  const node = quoted(nodeOf(value));
  if (isMap(node) || isSeq(node)) node.flow = true;
  const text = new Document(node).toString({ ...style, blockQuote: false }).trimEnd();
  return text.includes("\n") ? null : text;
}

/** A pair as lines that begin at `column`; `node`s in it keep their comments and quotes. */
export function pairLines(key: unknown, value: unknown, column: number, indentLists = true): string {
  const map = new YAMLMap();
  map.items.push(pairOf(key, value));
  return lines(map, column, indentLists);
}

/** An item of a list as lines, its dash at `column`. */
export function itemLines(value: unknown, column: number): string {
  const list = new YAMLSeq();
  list.items.push(quoted(nodeOf(value)));
  return lines(list, column, true);
}

function pairOf(key: unknown, value: unknown): Pair {
  const pair = new Document().createPair(key, null);
  pair.value = quoted(nodeOf(value));
  return pair;
}

function nodeOf(value: unknown): Node {
  return isNode(value) ? value : (new Document().createNode(value) as Node);
}

/** The same, each text in quotes that the server would take for a number. */
function quoted(node: Node): Node {
  if (isScalar(node) && typeof node.value === "string" && !node.type && numberForTheServer.test(node.value))
    node.type = "QUOTE_DOUBLE";
  if (isMap(node) || isSeq(node))
    for (const item of node.items) {
      const inner = isPair(item) ? item.value : item;
      if (isNode(inner)) quoted(inner);
    }
  return node;
}

function lines(contents: Node, column: number, indentLists: boolean): string {
  const doc = new Document();
  doc.contents = contents;
  const [first = "", ...rest] = doc.toString({ ...style, indentSeq: indentLists }).split("\n");
  const margin = " ".repeat(column);
  return [first, ...rest.map((line) => (line === "" ? line : margin + line))].join("\n");
}
