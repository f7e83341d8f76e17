/** A table as Markdown, its columns in line for who reads the source. */
export function markdownTable(
  columns: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const lines = [columns, ...rows].map((cells) => cells.map(escaped));
  const widths = columns.map((_, i) =>
    Math.max(3, ...lines.map((cells) => [...cells[i] ?? ""].length))
  );
  const show = (cells: readonly string[]): string => {
    const padded = widths.map((width, i) => {
      const cell = cells[i] ?? "";
      return cell + " ".repeat(width - [...cell].length);
    });
    return `| ${padded.join(" | ")} |`;
  };
  const [head = [], ...body] = lines;
  const rule = widths.map((width) => "-".repeat(width));
  return [head, rule, ...body].map(show).join("\n");
}

function escaped(cell: string | number): string {
  return String(cell).replaceAll("|", "\\|").replaceAll(/\s*\n\s*/g, " ");
}
