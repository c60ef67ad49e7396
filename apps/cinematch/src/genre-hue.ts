/** One hue per genre, degrees, so that a glance tells a list's mood. */
const genreHues: Readonly<Record<string, number>> = {
  Action: 15,
  Adventure: 35,
  Animation: 50,
  Biography: 265,
  Comedy: 45,
  Crime: 345,
  Documentary: 190,
  Drama: 220,
  Family: 90,
  Fantasy: 285,
  History: 30,
  Horror: 0,
  Music: 310,
  Musical: 320,
  Mystery: 250,
  Romance: 335,
  "Science Fiction": 200,
  Sport: 120,
  Superhero: 230,
  Thriller: 355,
  War: 75,
  Western: 25,
};

/** Hue of a film: of the first genre that has one. */
export function toHue(genres: readonly string[]): number {
  return genres.map((genre) => genreHues[genre]).find((hue) => hue !== undefined) ?? 210;
}
