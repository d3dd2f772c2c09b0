// Colours of speakers: told apart in both themes; names always stand beside them.
const COLOURS = ["#7c5cd6", "#c2571a", "#1b8a74", "#c0448a", "#2f7fd0", "#8a7a12", "#5a9a2b", "#b0503c", "#5a6b8c", "#9a4fc4"];

export const colour = (index: number) => COLOURS[((index % COLOURS.length) + COLOURS.length) % COLOURS.length];
