/** Style of the page: light or dark as the reader's system is, as the report's. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ink: #1c2430; --soft: #5a6575; --paper: #ffffff; --tile: #f3f5f8; --rule: #c3cad5;
  --link: #0067ac; --wrong: #b4232a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e6eaf0; --soft: #a3adbb; --paper: #14181f; --tile: #1f252e; --rule: #4a5565;
    --link: #5ab4f0; --wrong: #ff8a8a;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body {
  margin: 0 auto; padding: 1.5rem 1.25rem 3rem; max-width: 78rem;
  font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
}
h1 { margin: 0 0 .25rem; font-size: 1.7rem; line-height: 1.2; }
h2 { margin: 0; font-size: 1.1rem; }
p { margin: .25rem 0 .75rem; max-width: 46rem; }
.lead, .hint, dt, th { color: var(--soft); }
#status { color: var(--soft); font-size: .9rem; min-height: 1.35rem; margin: 0 0 .5rem; }
#problem {
  max-width: none; padding: .6rem .9rem; border-left: .3rem solid var(--wrong);
  background: var(--tile); overflow-wrap: anywhere;
}
.controls { display: flex; flex-wrap: wrap; gap: .6rem 1.25rem; align-items: end; margin: 0 0 1rem; }
.controls input, .controls select, .controls button { height: 2.2rem; }
.controls label { display: grid; gap: .15rem; font-size: .85rem; color: var(--soft); }
.buttons { display: flex; flex-wrap: wrap; gap: .5rem; }
button, select, input, .button {
  font: inherit; font-size: .95rem; color: var(--ink); background: var(--tile);
  border: 1px solid var(--rule); border-radius: .35rem; padding: .3rem .6rem;
}
button, .button { cursor: pointer; }
button:hover, .button:hover { border-color: var(--link); }
:focus-visible, .button:focus-within { outline: 3px solid var(--link); outline-offset: 2px; }
[aria-invalid="true"] { border-color: var(--wrong); outline-color: var(--wrong); }
.button { position: relative; white-space: nowrap; font-size: .85rem; }
.button input { position: absolute; inset: 0; width: 100%; opacity: 0; cursor: pointer; }
.panes { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 19rem), 1fr)); gap: 1rem 1.25rem; align-items: start; }
.pane { margin: 0; min-width: 0; }
.pane figcaption { display: flex; justify-content: space-between; align-items: center; gap: .75rem; margin-bottom: .4rem; }
.stage {
  position: relative; overflow: hidden; border-radius: .35rem; background: var(--tile);
  outline: 1px solid var(--rule); user-select: none; -webkit-user-select: none;
}
.dropping .stage { outline: 3px dashed var(--link); }
#source-stage { cursor: crosshair; touch-action: pan-y pinch-zoom; }
.picture { display: block; width: 100%; height: auto; }
.heat { position: absolute; pointer-events: none; }
.hint { font-size: .85rem; margin: .35rem 0 0; overflow-wrap: anywhere; }
.pin {
  position: absolute; width: 1.5rem; height: 1.5rem; margin: -.75rem 0 0 -.75rem; padding: 0;
  border: 0; border-radius: 50%; background: none; color: inherit;
}
button.pin { cursor: grab; touch-action: none; }
button.pin:active { cursor: grabbing; }
.pin::before {
  content: ""; position: absolute; inset: .28rem; border-radius: 50%;
  border: .2rem solid var(--fill); box-shadow: 0 0 0 2px #fff, inset 0 0 0 1.5px #fff, 0 0 0 3px #0008;
}
.pin.chosen::before { inset: .1rem; }
.pin b {
  position: absolute; left: 1.25rem; top: -.55rem; min-width: 1.2rem; padding: 0 .28rem; border-radius: .6rem;
  font: 600 .8rem/1.2rem system-ui, sans-serif; text-align: center; color: var(--on); background: var(--fill);
  box-shadow: 0 0 0 1.5px #fff; pointer-events: none;
}
.pin.flip b { left: auto; right: 1.25rem; }
.pin.low b { top: auto; bottom: -.55rem; }
.pin.high b { top: .55rem; }
.pin.old { opacity: .55; }
.scroll { overflow-x: auto; margin-top: 1rem; }
table { border-collapse: collapse; width: 100%; max-width: 46rem; font-size: .95rem; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .7rem; border-bottom: 1px solid var(--rule); text-align: left; white-space: nowrap; }
thead th { white-space: normal; vertical-align: bottom; font-weight: 600; line-height: 1.25; }
tr.chosen > * { background: var(--tile); }
.number { text-align: right; }
.swatch { min-width: 2rem; padding: .05rem .5rem; border-radius: .7rem; border: 1px solid #fff; font-weight: 600; color: var(--on); background: var(--fill); }
td button { padding: .1rem .5rem; font-size: .85rem; }
.tiles { display: flex; flex-wrap: wrap; gap: .6rem; margin: 1.25rem 0 0; }
.tile { flex: 1 1 9rem; padding: .55rem .9rem; border-radius: .5rem; background: var(--tile); min-width: 0; }
.tile.wide { flex-basis: 17rem; }
.tile dt { font-size: .85rem; }
.tile dd { margin: 0; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
@media (max-width: 30rem) {
  body { padding: 1rem .75rem 2rem; }
  h1 { font-size: 1.35rem; }
  th, td { padding: .25rem .2rem; font-size: .8rem; }
  td { white-space: normal; }
}
`;
