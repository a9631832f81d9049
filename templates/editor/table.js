// Tables: every row has as many cells as the first, which is the heading.
import { Plugin, TextSelection } from "prosemirror-state";
import { schema } from "./schema.js";

const { table_row: rowType, table_head: headType, table_cell: cellType, head_cell: headCell } = schema.nodes;

// tableAt returns the table around a place, and the row and column of the cell; null outside tables.
export function tableAt($pos) {
  for (let d = $pos.depth; d > 0; d--) {
    if ($pos.node(d).type.name === "table") return { table: $pos.node(d), start: $pos.start(d), from: $pos.before(d), row: $pos.index(d), column: $pos.index(d + 1) };
  }
  return null;
}

const placeOf = ({ table, start }, row, column) => {
  let at = start;
  for (let r = 0; r < row; r++) at += table.child(r).nodeSize;
  at += 1;
  for (let c = 0; c < column; c++) at += table.child(row).child(c).nodeSize;
  return at + 1;
};

const cellsOf = (row) => { const cells = []; row.forEach((c) => cells.push(c)); return cells; };
const rowsOf = (table) => { const rows = []; table.forEach((r) => rows.push(cellsOf(r))); return rows; };

// build makes a table of rows of cells: missing ones are empty, and the first row is the heading.
export function build(rows) {
  const width = Math.max(1, ...rows.map((r) => r.length));
  return schema.nodes.table.create(null, rows.map((cells, r) => (r ? rowType : headType).create(null, Array.from({ length: width }, (_, c) => {
    const align = (rows[0][c] || cells[c])?.attrs?.align || "";
    return (r ? cellType : headCell).create({ align }, cells[c]?.content);
  }))));
}

// change puts another table in the place of the one the cursor is in; the cursor goes to a cell of it.
const change = (alter) => (state, dispatch) => {
  const at = tableAt(state.selection.$from);
  if (!at) return false;
  if (!dispatch) return true;
  const to = { row: at.row, column: at.column }, rows = alter(rowsOf(at.table), to);
  if (!rows.length || !rows[0].length) return dispatch(state.tr.delete(at.from, at.from + at.table.nodeSize)), true;
  const table = build(rows), tr = state.tr.replaceWith(at.from, at.from + at.table.nodeSize, table);
  const row = Math.min(to.row, rows.length - 1), column = Math.min(to.column, table.firstChild.childCount - 1);
  dispatch(tr.setSelection(TextSelection.create(tr.doc, placeOf({ table, start: at.start }, row, column))).scrollIntoView());
  return true;
};
const insertColumn = (by) => change((rows, to) => { to.column += by; rows.forEach((r) => r.splice(to.column, 0, undefined)); return rows; });
const insertRow = (by) => change((rows, to) => { to.row += by; rows.splice(to.row, 0, []); return rows; });
const align = (side) => change((rows, to) => { rows[0][to.column] = headCell.create({ align: side }, rows[0][to.column]?.content); return rows; });

export const tableCommands = {
  rowAbove: insertRow(0), rowBelow: insertRow(1), columnBefore: insertColumn(0), columnAfter: insertColumn(1),
  dropRow: change((rows, to) => (rows.splice(to.row, 1), rows)),
  dropColumn: change((rows, to) => (rows.forEach((r) => r.splice(to.column, 1)), rows)),
  dropTable: change(() => []),
  alignLeft: align("left"), alignCentre: align("center"), alignRight: align("right"),
};

// move goes to the next cell, or the one before; from the last cell a new row begins.
export const move = (by) => (state, dispatch, view) => {
  const at = tableAt(state.selection.$from);
  if (!at) return false;
  const width = at.table.firstChild.childCount, next = at.row * width + at.column + by;
  if (next < 0) return true;
  if (next >= at.table.childCount * width) {
    tableCommands.rowBelow(state, dispatch);
    const now = tableAt(view.state.selection.$from);
    view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, placeOf(now, now.row, 0))));
    return true;
  }
  dispatch(state.tr.setSelection(TextSelection.create(state.doc, placeOf(at, Math.floor(next / width), next % width))).scrollIntoView());
  return true;
};

// leave puts the cursor behind the table, in a paragraph that is made where there is none.
export function leave(state, dispatch) {
  const at = tableAt(state.selection.$from);
  if (!at) return false;
  const end = at.from + at.table.nodeSize, tr = state.tr;
  if (!state.doc.resolve(end).nodeAfter) tr.insert(end, schema.nodes.paragraph.create());
  dispatch(tr.setSelection(TextSelection.near(tr.doc.resolve(end))).scrollIntoView());
  return true;
}

// down goes to the cell below, and out of the table from the last row.
export function down(state, dispatch) {
  const at = tableAt(state.selection.$from);
  if (!at) return false;
  if (at.row + 1 === at.table.childCount) return leave(state, dispatch);
  dispatch(state.tr.setSelection(TextSelection.create(state.doc, placeOf(at, at.row + 1, at.column))).scrollIntoView());
  return true;
}

// empty clears cells that are selected together; the table stays.
export function empty(state, dispatch) {
  const { $from, $to } = state.selection, at = tableAt($from), end = tableAt($to);
  if (!at || !end || at.from !== end.from || at.row === end.row && at.column === end.column) return false;
  const tr = state.tr;
  state.doc.nodesBetween($from.pos, $to.pos, (node, pos) => {
    if (node.type === cellType || node.type === headCell) tr.delete(tr.mapping.map(Math.max(pos + 1, $from.pos)), tr.mapping.map(Math.min(pos + node.nodeSize - 1, $to.pos)));
  });
  dispatch(tr);
  return true;
}

// whole mends tables that a change left with rows of different lengths.
export const whole = () => new Plugin({
  appendTransaction(transactions, old, state) {
    if (!transactions.some((t) => t.docChanged)) return null;
    const wrong = [];
    state.doc.forEach((node, pos) => {
      if (node.type.name !== "table" || old.doc === state.doc) return;
      const width = node.firstChild.childCount;
      let fits = true;
      node.forEach((r) => { fits &&= r.childCount === width; });
      if (!fits) wrong.push([pos, node]);
    });
    const tr = state.tr;
    for (const [pos, node] of wrong.reverse()) tr.replaceWith(pos, pos + node.nodeSize, build(rowsOf(node)));
    return wrong.length ? tr : null;
  },
});
