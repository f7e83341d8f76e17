import { csvParseRows } from "d3-dsv";
import { refuse } from "./_refusal.ts";

/** One row of a csv file, its cells by the names of the header. */
export interface CsvRow {
  /** Where it is, such as `row 3`, the header being row 1. */
  readonly at: string;
  /** Whether the header has this column. */
  has(column: string): boolean;
  /** A cell that is not empty. */
  text(column: string): string;
  /** A finite number. */
  number(column: string): number;
  /** Finite numbers between semicolons, at least one. */
  numbers(column: string): readonly number[];
}

/** The cells of a csv file. */
export interface CsvCells {
  /** Those of the first row. */
  readonly header: readonly string[];
  /** The others, and which row of the file each is, the header being row 1. */
  readonly rows: readonly {
    readonly row: number;
    readonly cells: readonly string[];
  }[];
}

/** The cells of a csv file; rows with nothing in them are left out. */
export function readCsvCells(bytes: Uint8Array, file: string): CsvCells {
  // d3-dsv comes without types.
  const table: readonly (readonly string[])[] = csvParseRows(
    new TextDecoder().decode(bytes),
  );
  const [header, ...rows] = table;
  if (header === undefined) refuse(file, "header", "a csv header", "nothing");
  return {
    header,
    rows: rows.map((cells, index) => ({ row: index + 2, cells }))
      .filter(({ cells }) => cells.join("").trim() !== ""),
  };
}

/**
 * Rows of a csv file with a header that has all of `columns`; a row of another
 * length is refused.
 */
export function readCsvTable(
  bytes: Uint8Array,
  file: string,
  columns: readonly string[],
): readonly CsvRow[] {
  const table = readCsvCells(bytes, file);
  const header = table.header.map((name) => name.trim());
  const absent = columns.find((name) => !header.includes(name));
  if (absent !== undefined) {
    const got = header.slice(0, 8).join(",");
    refuse(file, "header", `one with a column ${absent}`, got);
  }
  return table.rows.map(({ row, cells }) => {
    const at = `row ${row}`;
    if (cells.length !== header.length) {
      const wanted = `${header.length} columns as in the header`;
      refuse(file, at, wanted, `${cells.length}`);
    }
    return readRow(cells, { header, file, at });
  });
}

function readRow(
  cells: readonly string[],
  { header, file, at }: {
    readonly header: readonly string[];
    readonly file: string;
    readonly at: string;
  },
): CsvRow {
  const cell = (column: string): string =>
    cells[header.indexOf(column)]?.trim() ?? "";
  const parse = (text: string, column: string): number => {
    const value = text.trim() === "" ? NaN : Number(text);
    if (Number.isFinite(value)) return value;
    refuse(file, `${at}, ${column}`, "a number", JSON.stringify(text));
  };
  return {
    at,
    has: (column) => header.includes(column),
    text: (column) => {
      const text = cell(column);
      if (text !== "") return text;
      refuse(file, `${at}, ${column}`, "not empty", "nothing");
    },
    number: (column) => parse(cell(column), column),
    numbers: (column) =>
      cell(column).split(";").map((text) => parse(text, column)),
  };
}
