/** Who plays in development: names as they are written here, in English, Tamil and Hindi. Nobody of them lives. */
export const CLUBS = [
  "St. Mary's Church, Ondipudur",
  'CSI Christ Church, Coimbatore',
  'கோவை அற்புதநாதர் ஆலயம்',
  'Bethel Assembly of God',
  'Holy Trinity Church, Podanur',
  'புனித அந்தோனியார் ஆலயம், புலியகுளம்',
  'Immanuel Methodist Church',
  'मसीह गिरजाघर, जबलपुर',
  'Good Shepherd Cathedral, Ooty',
  'Zion Gospel Church, Tiruppur',
  'சி.எஸ்.ஐ. இம்மானுவேல் ஆலயம்',
  'All Souls Church, Race Course',
  'संत थॉमस चर्च, भोपाल',
  'Philadelphia Church (Ganapathy)',
  "St. Paul's Lutheran, Sulur",
  'Grace Community Church & Mission',
] as const

/** Two names a club and a third for some, in the order of the clubs. */
export const TEAM_NAMES = [
  'Ondipudur Lions',
  'Christ Church Kings',
  'அற்புத வீரர்கள்',
  'Bethel Strikers',
  'Trinity Titans',
  'புலியகுளம் புலிகள்',
  'Immanuel Eagles',
  'जबलपुर योद्धा',
  'Nilgiri Shepherds',
  'Zion Warriors',
  'இம்மானுவேல் இடி',
  'Race Course Royals',
  'भोपाल टाइगर्स',
  'Philadelphia Panthers',
  'Sulur Sparks',
  'Grace Gladiators',
  'Ondipudur Youth XI',
  'Christ Church Colts',
  'கோவை சிங்கங்கள்',
  'Bethel Blasters',
  'Podanur Pacers',
  'புலியகுளம் இளைஞர் அணி',
  'Immanuel Falcons',
  'नर्मदा नाइट्स',
  'Ooty Mountaineers',
  'Zion Juniors',
  'இம்மானுவேல் இளம் அணி',
  'All Souls Challengers',
  'भोपाल चैलेंजर्स',
  'Ganapathy Giants',
  'Lutheran Legends',
  'Grace Guardians',
  'Ondipudur Veterans',
  'Christ Church Seniors',
  'கோவை வேங்கைகள்',
  'Bethel Second XI',
  'Trinity Tuskers',
  'புலியகுளம் நண்பர்கள்',
  'Immanuel Second XI',
  'जबलपुर जगुआर',
] as const

const NAMES = {
  english: [
    [
      'Samuel',
      'Daniel',
      'Joseph',
      'Christopher',
      'Andrew',
      'Stephen',
      'Benjamin',
      'Nathaniel',
      'Isaac',
      'Jerome',
      'Vincent',
    ],
    ['Rajkumar', 'D’Souza', 'Selvaraj', 'Fernandes', 'Paul', 'Jebaraj', 'Thomas', 'Prabhakar', 'Manoharan', 'Lawrence'],
  ],
  tamil: [
    ['அருண்', 'கார்த்திக்', 'சாமுவேல்', 'முத்துக்குமார்', 'தாவீது', 'பிரகாஷ்', 'யோவான்', 'செல்வம்', 'ஸ்டீபன்', 'இளங்கோ', 'விஜய்'],
    ['ராஜா', 'செல்வராஜ்', 'தங்கராஜ்', 'பாண்டியன்', 'ஜெயராஜ்', 'மாணிக்கம்', 'பால்', 'சுந்தரம்', 'துரை', 'நேசமணி'],
  ],
  hindi: [
    ['अमित', 'राहुल', 'डेविड', 'संजय', 'विकास', 'पीटर', 'अजय', 'रोहित', 'सुनील', 'मनोज', 'जॉन'],
    ['कुमार', 'मसीह', 'सिंह', 'वर्मा', 'दास', 'शर्मा', 'मिंज', 'तिर्की', 'यादव', 'लाल'],
  ],
} as const
type Script = keyof typeof NAMES

const scriptOf = (text: string): Script =>
  /\p{Script=Tamil}/u.test(text) ? 'tamil' : /\p{Script=Devanagari}/u.test(text) ? 'hindi' : 'english'

/** As many different people as asked for (at most 110), in the script of their club, and others for other seeds. */
export function peopleOf(club: string, seed: number, count: number): string[] {
  const [given, family] = NAMES[scriptOf(club)]
  return Array.from({ length: count }, (_, index) => {
    const at = seed * 7 + index
    return `${given[at % given.length]} ${family[(at + Math.floor(index / given.length) * 3) % family.length]}`
  })
}
