import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { openBrowser } from "./_open_browser.ts";

/** A page that does what it is told. */
export interface DrivenPage {
  /** One command of the DevTools protocol; its result. */
  readonly send: (
    method: string,
    params?: Readonly<Record<string, unknown>>,
  ) => Promise<Readonly<Record<string, unknown>>>;
  /** Value of an expression in the page, by way of JSON. */
  readonly evaluate: (expression: string) => Promise<unknown>;
  /** The same as soon as it is truthy. */
  readonly until: (expression: string) => Promise<unknown>;
  /** A click on a place of the window, drawn on through others where given. */
  readonly press: (
    ...places: readonly (readonly [x: number, y: number])[]
  ) => Promise<void>;
  /** Ends the browser. */
  readonly close: () => Promise<void>;
}

const TIMEOUT_MS = 30_000;

/** Large enough that pages are whole. */
const WINDOW = { width: 1200, height: 1200 };

/** Opens a page in Chromium and drives it through the DevTools protocol. */
export async function drivePage(
  command: string,
  options: { readonly url: string; readonly profile: string },
): Promise<DrivenPage> {
  const flags = ["--remote-debugging-port=0"];
  const browser = openBrowser(command, { ...options, flags });
  const until = async <A>(
    get: () => Promise<A | undefined>,
    what: string,
  ): Promise<A> => {
    const end = performance.now() + TIMEOUT_MS;
    for (;;) {
      const found = await Promise.race([get(), browser.ended]);
      if (found) return found;
      if (performance.now() > end) throw new Error(`${what} did not come`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  try {
    const port = await until(async () => {
      const file = join(options.profile, "DevToolsActivePort");
      const text = await readFile(file, "utf8").catch(() => "");
      return text.split("\n")[0] || undefined;
    }, "the port of the browser");
    const socket = await until(async () => {
      const targets = await (await fetch(`http://127.0.0.1:${port}/json/list`))
        .json() as readonly { url: string; webSocketDebuggerUrl: string }[];
      return targets.find(({ url }) => url === options.url)
        ?.webSocketDebuggerUrl;
    }, "the page's connection");
    const { send, close } = await connect(socket);
    const evaluate = async (expression: string): Promise<unknown> => {
      const { result, exceptionDetails } = await send("Runtime.evaluate", {
        expression,
        awaitPromise: true,
        returnByValue: true,
      }) as { result: { value: unknown }; exceptionDetails?: unknown };
      if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
      return result.value;
    };
    // Until then there may be no page to evaluate in, or an empty one.
    const isThere = `location.href === ${JSON.stringify(options.url)} &&
      document.readyState === "complete"`;
    await until(() => evaluate(isThere).catch(() => undefined), "the page");
    await send("Emulation.setDeviceMetricsOverride", {
      ...WINDOW,
      deviceScaleFactor: 1,
      mobile: false,
    });
    const mouse = (type: string, [x, y]: readonly [number, number]) =>
      send("Input.dispatchMouseEvent", {
        type,
        x,
        y,
        button: "left",
        buttons: type === "mouseReleased" ? 0 : 1,
        clickCount: 1,
      });
    return {
      send,
      evaluate,
      until: (expression) => until(() => evaluate(expression), expression),
      press: async (first = [0, 0], ...others) => {
        await mouse("mousePressed", first);
        for (const place of others) await mouse("mouseMoved", place);
        await mouse("mouseReleased", others.at(-1) ?? first);
      },
      close: async () => {
        close();
        await browser.close();
      },
    };
  } catch (error) {
    await browser.close();
    throw error;
  }
}

async function connect(url: string) {
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  const waiting = new Map<number, (answer: Answer) => void>();
  socket.onmessage = ({ data }) => {
    const answer = JSON.parse(data) as Answer;
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  };
  let last = 0;
  const send: DrivenPage["send"] = async (method, params = {}) => {
    const id = ++last;
    const { result, error } = await new Promise<Answer>((resolve) => {
      waiting.set(id, resolve);
      socket.send(JSON.stringify({ id, method, params }));
    });
    if (error) throw new Error(`${method}: ${error.message}`);
    return result ?? {};
  };
  const closed = new Promise<void>((resolve) => {
    socket.onclose = () => resolve();
  });
  return {
    send,
    close: () => {
      socket.close();
      return closed;
    },
  };
}

interface Answer {
  readonly id: number;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}
