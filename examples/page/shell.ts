/**
 * The page before its script runs.
 */

import { LOCALIZERS } from "@simsc/core/runs";
import { PATHS } from "./settings.ts";

const LOCALIZER_TEXTS = LOCALIZERS.map((name) => `<option>${name}</option>`)
  .join("");

/** One picture with what is chosen for it. */
function pane(
  id: "source" | "target",
  { title, hint }: { readonly title: string; readonly hint: string },
): string {
  return `<figure class="pane" id="${id}">
<figcaption>
<h2 id="${id}-title">${title}</h2>
<label class="button">Choose a picture<input type="file" id="${id}-file" accept="image/png,image/jpeg" aria-describedby="${id}-name"></label>
</figcaption>
<div class="stage" id="${id}-stage">
<canvas class="picture" id="${id}-picture" role="img" aria-label="No picture yet"></canvas>
<canvas class="heat" id="${id}-heat" aria-hidden="true" hidden></canvas>
<div class="pins" id="${id}-pins"></div>
</div>
<p class="hint"><span id="${id}-name"></span> <span id="${id}-hint">${hint}</span></p>
</figure>`;
}

/** The whole document. */
export const SHELL = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>SimSC: points of one picture on another</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${PATHS.style}">
<script type="module" src="${PATHS.script}"></script>
</head>
<body>
<header>
<h1>Points of one picture on another</h1>
<p class="lead">Click the left picture to mark a point: its match is shown on
the right. Drag a point and the match follows. Drop, paste or choose pictures
of your own, PNG or JPEG; they stay in this page.</p>
</header>
<p id="problem" role="alert" hidden></p>
<p id="status" role="status">Loading the model…</p>
<main>
<form id="controls" class="controls">
<label>Temperature β
<input id="beta" size="7" value="auto" autocomplete="off" spellcheck="false" aria-describedby="beta-used"></label>
<label>Localiser
<select id="localizer">${LOCALIZER_TEXTS}</select></label>
<label>Heat on the right
<select id="heat">
<option value="scores">score map</option>
<option value="softmax">softmax at β</option>
<option value="off">off</option>
</select></label>
<div class="buttons">
<button type="button" id="add">Add a point</button>
<button type="button" id="clear">Remove all points</button>
<button type="button" id="draw">Draw other pictures</button>
</div>
</form>
<div class="panes">
${
  pane("source", {
    title: "Points",
    hint: "Arrow keys move a point, with Shift further; Delete removes it.",
  })
}
${pane("target", { title: "Matches", hint: "" })}
</div>
<div class="scroll"><table>
<caption class="unseen">Points and their matches</caption>
<thead><tr><th scope="col">Point</th><th scope="col" class="number">left x, y</th>
<th scope="col" class="number">right x, y</th><th scope="col" class="number">similarity</th>
<th scope="col" class="number">confidence</th><td></td></tr></thead>
<tbody id="rows"></tbody>
</table></div>
<dl class="tiles">
<div class="tile"><dt>Features, left + right</dt><dd id="features-time">–</dd></div>
<div class="tile"><dt>A match</dt><dd id="match-time">–</dd></div>
<div class="tile"><dt>β in use</dt><dd id="beta-used">–</dd></div>
<div class="tile wide"><dt>Runs on</dt><dd id="backend">–</dd></div>
<div class="tile wide"><dt>Model</dt><dd id="model">–</dd></div>
</dl>
</main>
</body>
</html>
`;
