import { pickleCursor } from "./_pickle_cursor.ts";
import { pickleLiteral } from "./_pickle_literal.ts";
import { isKind, type PickleValue, show } from "./_pickle_value.ts";

/** What a pickle may refer to; each refuses what it does not know. */
export interface PickleHooks {
  /** A name is about to be put on the stack. */
  readonly global: (name: string, place: string) => PickleValue;
  /** `callee(*args)`; nothing is ever called. */
  readonly reduce: (
    callee: PickleValue,
    args: PickleValue,
    place: string,
  ) => PickleValue;
  /** An object kept outside the pickle. */
  readonly persistent: (id: PickleValue, place: string) => PickleValue;
}

/** A pickle is a program; a longer one than any checkpoint has is not run. */
const MAX_OPERATIONS = 500_000;

/** Where a MARK was pushed. */
const MARK = Symbol("mark");
type Slot = PickleValue | typeof MARK;

/**
 * Reads one pickle of protocol 0 to 5 as plain values.
 *
 * Only the stack machine is here: names are given to `hooks`, and nothing is
 * imported, called or built.
 *
 * @returns The value, and the place behind the pickle.
 */
export function readPickle(
  bytes: Uint8Array,
  options: {
    readonly file: string;
    readonly field: string;
    readonly start?: number;
    readonly hooks: PickleHooks;
  },
): { readonly value: PickleValue; readonly end: number } {
  const { hooks, start = 0 } = options;
  const cursor = pickleCursor(bytes, { ...options, start });
  const { bad, place, line, u8, u32 } = cursor;
  const stack: Slot[] = [];
  const memo = new Map<number, PickleValue>();

  const pop = (): PickleValue => {
    const top = stack.pop();
    return top === undefined || top === MARK
      ? bad("a value on the stack", "none")
      : top;
  };
  const popMark = (): PickleValue[] => {
    const mark = stack.lastIndexOf(MARK);
    if (mark < 0) bad("a mark on the stack", "none");
    return stack.splice(mark).slice(1) as PickleValue[];
  };
  const top = (): PickleValue => {
    const value = pop();
    stack.push(value);
    return value;
  };
  const append = (items: readonly PickleValue[]): void => {
    const target = top();
    if (isKind(target, "list")) {
      for (const item of items) target.items.push(item);
    } else if (!isKind(target, "opaque")) {
      bad("a list to append to", show(target));
    }
  };
  const setItems = (flat: readonly PickleValue[]): void => {
    const target = top();
    if (flat.length % 2 !== 0) bad("keys with values", "a key alone");
    if (isKind(target, "dict")) {
      for (let i = 0; i < flat.length; i += 2) {
        target.entries.push([flat[i]!, flat[i + 1]!]);
      }
    } else if (!isKind(target, "opaque")) bad("a dict to fill", show(target));
  };
  const recall = (key: number): void => {
    const value = memo.get(key);
    stack.push(value === undefined ? bad("remembered", `${key}`) : value);
  };
  const global = (module: PickleValue, name: PickleValue): PickleValue =>
    typeof module === "string" && typeof name === "string"
      ? hooks.global(`${module}.${name}`, place())
      : bad("a module and a name", `${show(module)} and ${show(name)}`);
  const reduce = (callee: PickleValue, items: PickleValue): void => {
    stack.push(hooks.reduce(callee, items, place()));
  };

  for (let operations = 0; operations < MAX_OPERATIONS; operations++) {
    const opcode = cursor.opcode();
    const literal = pickleLiteral(opcode, cursor);
    if (literal !== undefined) {
      stack.push(literal);
      continue;
    }
    switch (opcode) {
      case 0x80: // PROTO
        if (u8() > 5) bad("pickle protocol 0 to 5", "a later one");
        break;
      case 0x95: // FRAME
        cursor.skip(8);
        break;
      case 0x2e: // STOP
        return { value: pop(), end: cursor.at() };
      case 0x28: // MARK
        stack.push(MARK);
        break;
      case 0x30: // POP
        stack.pop();
        break;
      case 0x31: // POP_MARK
      case 0x90: // ADDITEMS
        popMark();
        break;
      case 0x32: // DUP
        stack.push(top());
        break;
      case 0x6c: // LIST
        stack.push({ kind: "list", items: popMark() });
        break;
      case 0x61: // APPEND
        append([pop()]);
        break;
      case 0x65: // APPENDS
        append(popMark());
        break;
      case 0x74: // TUPLE
        stack.push({ kind: "tuple", items: popMark() });
        break;
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: { // TUPLE3
        const items = Array.from({ length: opcode - 0x84 }, pop).reverse();
        stack.push({ kind: "tuple", items });
        break;
      }
      case 0x64: { // DICT
        const flat = popMark();
        stack.push({ kind: "dict", entries: [] });
        setItems(flat);
        break;
      }
      case 0x73: // SETITEM
        setItems([pop(), pop()].reverse());
        break;
      case 0x75: // SETITEMS
        setItems(popMark());
        break;
      case 0x91: // FROZENSET
        popMark();
        stack.push({ kind: "opaque", name: "frozenset" });
        break;
      case 0x63: // GLOBAL
        stack.push(global(line(), line()));
        break;
      case 0x93: { // STACK_GLOBAL
        const name = pop();
        stack.push(global(pop(), name));
        break;
      }
      case 0x69: { // INST
        const callee = global(line(), line());
        reduce(callee, { kind: "tuple", items: popMark() });
        break;
      }
      case 0x6f: { // OBJ
        const [callee = null, ...items] = popMark();
        reduce(callee, { kind: "tuple", items });
        break;
      }
      case 0x92: // NEWOBJ_EX, with named arguments in front
        pop();
      // falls through
      case 0x52: // REDUCE
      case 0x81: { // NEWOBJ
        const items = pop();
        reduce(pop(), items);
        break;
      }
      case 0x62: // BUILD: attributes of an object, none of which is needed
        pop();
        top();
        break;
      case 0x70: // PUT
        memo.set(Number(line()), top());
        break;
      case 0x71: // BINPUT
        memo.set(u8(), top());
        break;
      case 0x72: // LONG_BINPUT
        memo.set(u32(), top());
        break;
      case 0x94: // MEMOIZE
        memo.set(memo.size, top());
        break;
      case 0x67: // GET
        recall(Number(line()));
        break;
      case 0x68: // BINGET
        recall(u8());
        break;
      case 0x6a: // LONG_BINGET
        recall(u32());
        break;
      case 0x50: // PERSID
        stack.push(hooks.persistent(line(), place()));
        break;
      case 0x51: // BINPERSID
        stack.push(hooks.persistent(pop(), place()));
        break;
      default:
        bad("an operation of a pickle", `0x${opcode.toString(16)}`);
    }
  }
  return bad(`at most ${MAX_OPERATIONS} operations`, "more");
}
