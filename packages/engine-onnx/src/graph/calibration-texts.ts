/**
 * Texts whose activations set the scales of the static eight-bit form. They are not data anyone is measured on: written
 * for this file, they only have to visit what inputs do, in length, script, punctuation, repetition and nonsense.
 * A value outside the visited range saturates, which is why the odd ones outnumber the ordinary ones.
 */
const ordinary = [
  "The ferry leaves at a quarter past six and takes forty minutes.",
  "How do I reset the password of my account?",
  "A retired detective is pulled back into one last case.",
  "Our quarterly revenue rose by 12.5% while costs stayed flat.",
  "She planted tomatoes, basil and two rows of beans behind the shed.",
  "The patient reports mild pain in the lower back after exercise.",
  "Two dogs chase a red ball across the wet grass.",
  "Is it cheaper to rent or to buy a flat in a small town?",
  "The committee postponed its decision until the audit is complete.",
  "Quantum computers use superposition to explore many states at once.",
  "A man is playing a guitar on an empty stage.",
  "Nobody expected the old bridge to survive the flood.",
  "Heat the oil, add the onions, and stir until they turn golden.",
  "The spacecraft entered orbit around the moon shortly before midnight.",
  "I really did not enjoy this film; the plot made no sense at all.",
  "What is the capital of the largest island nation in the Pacific?",
  "Children under twelve must be accompanied by an adult.",
  "The cell membrane controls what enters and leaves the cell.",
  "He sold the company, bought a boat, and was never seen again.",
  "Return the item within 30 days for a full refund.",
  "A woman slices an onion; a woman is cutting vegetables.",
  "Inflation expectations remain anchored, the central bank said on Tuesday.",
  "In the final minute the goalkeeper saved a penalty and the crowd went wild.",
  "Cats sleep for most of the day.",
];

const odd = [
  "", "a", "I", "the", "x", "7", "?", "...", "!!!", "-", "hello", "no", "No!", "of of of of", "the the the the the the the the",
  "1", "42", "3.14159", "2024-02-29", "1,000,000", "+1 (555) 010-9999", "0x7fff", "10:45", "50%", "$9.99", "A4", "B2B", "covid", "nasa",
  "https://example.org/path?query=1&page=2", "someone@example.org", "C:\\Windows\\System32", "/usr/local/bin", "#hashtag @mention",
  "for (let i = 0; i < n; i++) { sum += values[i]; }", "SELECT name, COUNT(*) FROM orders GROUP BY name;", "{\"key\": [1, 2, null]}",
  "def f(x):\n    return x ** 2", "<div class=\"card\">text</div>", "git commit -m 'fix'", "E = mc^2", "x^2 + y^2 = z^2", "H2O + CO2",
  "LOUD WORDS IN CAPITALS", "sTrAnGe CaSe", "supercalifragilisticexpialidocious", "antidisestablishmentarianism", "qwertyuiop asdfghjkl zxcvbnm",
  "aaaaaaaaaaaaaaaaaaaaaaaaaaaa", "zzz zzz zzz", "ha ha ha ha ha ha ha ha ha ha", "buffalo buffalo buffalo buffalo", "\u00e9t\u00e9 \u00e0 la plage", "na\u00efve caf\u00e9",
  "Gr\u00fc\u00dfe aus M\u00fcnchen", "El ni\u00f1o come una manzana.", "Il fait tr\u00e8s froid ce matin.", "Dove posso trovare una farmacia?", "O tempo est\u00e1 bom hoje.",
  "\u0417\u0434\u0440\u0430\u0432\u0441\u0442\u0432\u0443\u0439\u0442\u0435, \u043a\u0430\u043a \u0434\u0435\u043b\u0430?", "\u041c\u043e\u0441\u043a\u0432\u0430", "\u4f60\u597d", "\u4eca\u5929\u5929\u6c14\u5f88\u597d", "\u4e2d\u6587\u53e5\u5b50\u7528\u6765\u6821\u51c6\u6a21\u578b",
  "\u6771\u4eac\u306f\u5927\u304d\u3044\u3067\u3059", "\u3053\u3093\u306b\u3061\u306f", "\uc548\ub155\ud558\uc138\uc694 \uc138\uacc4", "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645", "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd", "\u0928\u092e\u0938\u094d\u0924\u0947 \u0926\u0941\u0928\u093f\u092f\u093e",
  "\u03ba\u03b1\u03bb\u03b7\u03bc\u03ad\u03c1\u03b1 \u03ba\u03cc\u03c3\u03bc\u03b5", "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35\u0e0a\u0e32\u0e27\u0e42\u0e25\u0e01", "\ud83d\ude00", "\ud83d\ude00\ud83d\ude80\u2764\ufe0f", "great \ud83d\udc4d \ud83d\udc4d \ud83d\udc4d", "\u2192 \u2264 \u221e \u2211 \u221a",
  ". . . . . . . . . . . .", ", , , ,", "\"quoted\" 'single' \u00abguillemets\u00bb", "(((nested)))", "* * *", "----------", "______", "@@@@", "& & &", "\u2014 \u2014",
  "lorem ipsum dolor sit amet consectetur adipiscing elit", "asdf", "jjjj", "xyzzy plugh", "a b c d e f g h i j k l m n o p q r s t u v w x y z",
  "0 1 2 3 4 5 6 7 8 9", "one two three four five six seven eight nine ten", "\u0000", "\t\n", "[CLS] [SEP] [MASK] [UNK] [PAD]", "Dr. Mr. Mrs. e.g. i.e. etc.",
  "RT @user: OMG!!! this is sooo gooood \ud83d\ude02\ud83d\ude02", "tl;dr", "N/A", "TODO", "v1.2.3-beta.4", "GCATTAGCCGATTACA", "MKTAYIAKQRQISFVK", "8a7f3c2e-11d0-4b6a",
];

/** The texts, short and long ones (several joined), in a fixed order; about 160. */
export const calibrationTexts: readonly string[] = [
  ...ordinary,
  ...odd,
  ...[2, 4, 8, 12, 24].flatMap((size) => Array.from({ length: Math.ceil(ordinary.length / size / 2) }, (_, index) => ordinary.slice(index * size, (index + 1) * size).join(" "))),
  ...[4, 16, 48].map((size) => odd.slice(-size).join(" ")),
];
