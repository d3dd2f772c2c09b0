// What each key does on the review page; the help is made from the same list.
import type { Key } from "../texts";

export type Act =
  | "toggle" | "hear" | "up" | "down" | "word_back" | "word_on" | "check" | "ic" | "ooc" | "mixed"
  | "speaker" | "character" | "text" | "split" | "join" | "pick" | "undo" | "redo" | "help" | "leave";

interface Row {
  keys: string[];
  act: Act;
  text: Key;
}

export const KEYS: Row[] = [
  { keys: [" "], act: "toggle", text: "key_toggle" },
  { keys: ["Enter"], act: "hear", text: "key_hear" },
  { keys: ["ArrowUp", "k"], act: "up", text: "key_up" },
  { keys: ["ArrowDown", "j"], act: "down", text: "key_down" },
  { keys: ["ArrowLeft"], act: "word_back", text: "key_word_back" },
  { keys: ["ArrowRight"], act: "word_on", text: "key_word_on" },
  { keys: ["n"], act: "check", text: "key_check" },
  { keys: ["i"], act: "ic", text: "key_ic" },
  { keys: ["o"], act: "ooc", text: "key_ooc" },
  { keys: ["m"], act: "mixed", text: "key_mixed" },
  { keys: ["1-9"], act: "speaker", text: "key_speaker" },
  { keys: ["c"], act: "character", text: "key_character" },
  { keys: ["e"], act: "text", text: "key_text" },
  { keys: ["s"], act: "split", text: "key_split" },
  { keys: ["+"], act: "join", text: "key_join" },
  { keys: ["x"], act: "pick", text: "key_pick" },
  { keys: ["Ctrl+z", "z"], act: "undo", text: "key_undo" },
  { keys: ["Ctrl+y", "Z"], act: "redo", text: "key_redo" },
  { keys: ["?"], act: "help", text: "key_help" },
  { keys: ["Escape"], act: "leave", text: "key_leave" },
];

/** What a press of a key asks for; nothing while somebody types. */
export function actOf(event: KeyboardEvent): Act | undefined {
  const at = event.target as HTMLElement;
  if (at.matches("input:not([type=checkbox]):not([type=range]), textarea, select") || at.closest("dialog")) return undefined;
  if (event.altKey || event.isComposing) return undefined;
  if (event.ctrlKey || event.metaKey) {
    if (event.key === "z" || event.key === "Z") return event.shiftKey ? "redo" : "undo";
    return event.key === "y" ? "redo" : undefined;
  }
  // A button does what it says; arrows move on a range.
  if ((event.key === " " || event.key === "Enter") && at.matches("button, a, summary, input, [role=menuitem]")) return undefined;
  if (event.key.startsWith("Arrow") && at.matches("input")) return undefined;
  if (/^[1-9]$/.test(event.key)) return "speaker";
  return KEYS.find((row) => row.keys.includes(event.key))?.act;
}
