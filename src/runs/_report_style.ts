/** Style of the report page: light or dark as the reader's system is. */
export const REPORT_STYLE = `
:root {
  color-scheme: light dark;
  --ink: #1c2430; --soft: #5a6575; --paper: #ffffff; --tile: #f3f5f8; --rule: #d9dee6;
  --curve-1: #0067ac; --curve-2: #c04a00; --curve-3: #7a3e9d;
  --right: #00a86b; --wrong: #e5383b;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e6eaf0; --soft: #a3adbb; --paper: #14181f; --tile: #1f252e; --rule: #39424f;
    --curve-1: #5ab4f0; --curve-2: #f09a4e; --curve-3: #cfa0ea;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 66rem;
  font: 1rem/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper);
}
h1 { margin: 0 0 .25rem; font-size: 1.9rem; line-height: 1.2; overflow-wrap: anywhere; }
h2 { margin: 2.75rem 0 .5rem; font-size: 1.25rem; }
p { margin: .25rem 0 1rem; max-width: 46rem; }
.lead, figcaption, .tile span, dt { color: var(--soft); }
figure { margin: 0; }
figcaption { font-size: .9rem; max-width: 46rem; }
figcaption b { color: var(--ink); }
.tiles { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.5rem 0; }
.tile { flex: 1 1 9rem; padding: .75rem 1rem; border-radius: .5rem; background: var(--tile); }
.tile span { display: block; font-size: .85rem; }
.tile strong { display: block; font-size: 1.6rem; line-height: 1.3; font-variant-numeric: tabular-nums; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 27rem), 1fr)); gap: 2rem; }
.chart svg { display: block; width: 100%; height: auto; }
.chart figcaption { margin-top: .5rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .95rem; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .8rem; border-bottom: 1px solid var(--rule); text-align: left; white-space: nowrap; }
tr.overall td { font-weight: 600; }
th { color: var(--soft); font-weight: 600; }
.number { text-align: right; }
.legend { list-style: none; margin: 0 0 1.25rem; padding: 0; font-size: .9rem; }
.legend li { display: flex; align-items: center; gap: .6rem; }
.legend svg { flex: none; }
.pairs { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 29rem), 1fr)); gap: 1.25rem; }
.pair { padding: .9rem 1rem 1rem; border-radius: .5rem; background: var(--tile); }
.pair .row p { margin: .5rem 0 .25rem; font-size: .9rem; color: var(--soft); }
.pair .row b { color: var(--ink); }
.pair .row svg { display: block; width: 100%; height: auto; }
.store { position: absolute; width: 0; height: 0; }
.right, .wrong { fill: none; stroke-width: 2.2; }
.right { stroke: var(--right); }
.wrong { stroke: var(--wrong); stroke-dasharray: 7 4; }
.halo { fill: none; stroke: #fff; stroke-width: 3.4; stroke-opacity: .5; }
.mark { stroke: #fff; stroke-width: 1.2; stroke-dasharray: none; }
.right.mark { fill: var(--right); }
.wrong.mark { fill: var(--wrong); }
.truth { fill: none; stroke: #fff; stroke-width: 1.6; }
.truth.under { stroke: #000; stroke-width: 3.6; }
.lists { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 0 2.5rem; }
.lists h2 { margin-top: 2rem; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .15rem 1rem; margin: 0; font-size: .9rem; }
dt, dd { overflow-wrap: anywhere; }
dd { margin: 0; }
`;
