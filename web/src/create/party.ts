// The people at the table, as the page edits them and as `skald process --party` reads them.

export interface Seat {
  player: string;
  character: string;
}

export interface Party {
  name: string;
  dm: string;
  seats: Seat[];
  /** The text of an imported file, which is sent as it is while nothing is changed here. */
  text?: string;
}

const KEPT = "skald-parties";

export const nobody = (): Party => ({ name: "", dm: "", seats: [{ player: "", character: "" }] });

export function keptParties(): Party[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEPT) ?? "[]");
    return Array.isArray(kept) ? (kept as Party[]).filter((p) => typeof p.name === "string" && Array.isArray(p.seats)) : [];
  } catch {
    return [];
  }
}

export function keep(party: Party) {
  if (!party.name.trim()) return;
  const others = keptParties().filter((p) => p.name !== party.name);
  localStorage.setItem(KEPT, JSON.stringify([party, ...others].slice(0, 20)));
}

/** The party file; null where nobody is named. */
export function partyText(party: Party): string | null {
  if (party.text) return party.text;
  const characters = party.seats
    .filter((s) => s.player.trim() || s.character.trim())
    .map((s) => ({ name: s.character.trim() || s.player.trim(), player: s.player.trim() || null }));
  if (!characters.length && !party.dm.trim()) return null;
  return JSON.stringify({ table: { party_name: party.name.trim() || null, dm_name: party.dm.trim() || null, characters } });
}

interface Raw {
  party_name?: string | null;
  dm_name?: string | null;
  characters?: { name?: string; player?: string | null }[];
}

/** What a party file says; throws where it is no JSON object. The server checks the rest. */
export function readParty(text: string): Party {
  const [id, raw] = Object.entries(JSON.parse(text) as Record<string, Raw>)[0];
  const seats = (raw.characters ?? []).map((c) => ({ player: c.player ?? "", character: c.name ?? "" }));
  return { name: raw.party_name ?? id, dm: raw.dm_name ?? "", seats: seats.length ? seats : nobody().seats, text };
}
