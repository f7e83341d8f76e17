import { escapeHtml } from "../_escape_html.ts";

/** Style of pictures: dark on white, matches as in reports. */
const STYLE = "text{font:14px system-ui,sans-serif;fill:#1c2430}" +
  ".head{font-size:15px;font-weight:600}" +
  ".right,.wrong{fill:none;stroke-width:2.2}.right{stroke:#00a86b}" +
  ".wrong{stroke:#e5383b;stroke-dasharray:7 4}" +
  ".halo{fill:none;stroke:#fff;stroke-width:3.4;stroke-opacity:.5}" +
  ".mark{stroke:#fff;stroke-width:1.2;stroke-dasharray:none}" +
  ".right.mark{fill:#00a86b}.wrong.mark{fill:#e5383b}" +
  ".truth{fill:none;stroke:#fff;stroke-width:1.6}" +
  ".truth.under{stroke:#000;stroke-width:3.6}";

/** A drawing on white, as a file of its own. */
export function figurePage(
  content: string,
  { width, height }: { readonly width: number; readonly height: number },
): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" ` +
    `height="${height}" viewBox="0 0 ${width} ${height}">` +
    `<style>${STYLE}</style>` +
    `<rect width="${width}" height="${height}" fill="#fff"/>${content}</svg>\n`;
}

/** A line of text whose foot is at `y`. */
export function textAt(
  text: string,
  { x, y, isHead = false }: {
    readonly x: number;
    readonly y: number;
    readonly isHead?: boolean;
  },
): string {
  const style = isHead ? ' class="head"' : "";
  return `<text x="${x}" y="${y}"${style}>${escapeHtml(text)}</text>`;
}
