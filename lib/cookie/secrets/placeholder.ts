import { plain } from './secret-text.js';

/** What a template leaves if a variable was not filled in: delimiters with a name between them. */
const marks =
  /[$#]\{([^{}]+)\}|\{\{([^{}]+)\}\}|\$\(([^()]+)\)|<%([^%]+)%>|<([^<>]+)>|\[\[?([^[\]]+)\]\]?|%([^%]+)%|\b__(\w+)__\b/g;
/** How templates, shells and people write names, and hints beside them. */
const nameOrHint = /^[\s\w.:/|'"?=,!@-]+$/;
const nameOfVariable = /^[A-Z][A-Z0-9]*_[A-Z0-9_]{3,}$/;
/** Shorter names, with their delimiters and without a known word, occur in random keys: `[Q_GSO]`. */
const fewestCharactersOfMark = 11;

/** References to where a secret is kept that were never resolved. */
const unresolved =
  /process\.env\b|^(?:django-insecure-|vault:|ref\+|op:\/\/|arn:aws:|sops:|ssm:|(?:aws|gcp|azure)?(?:sm|kv|secrets?|ssm):\/\/|@Microsoft\.KeyVault\()/i;

/** What people type when a string has to be long. */
const famous = /loremipsum|quickbrownfox/;

/** Phrases that ask for a replacement or admit to be none. Matched without spaces and punctuation. */
const asking: readonly RegExp[] = [
  /(?:todo|fixme|tobedone|tobechanged|placeholder|example|dummy|insecure|unsafe|foobar|redacted|default)/,
  /(?:change|replace|edit|modify|override|swap)(?:me|this|that|it|the|these|your|with|in|on|before|after|to|for|now|later|as|a|secret|key|all)/,
  /(?:insert|put|enter|paste|fill|type|add|provide|supply|choose|pick|use|set|generate|create|make|write)(?:me|in|out|here|a|an|the|this|your|you|own|some|any|one|secret|key|random|long|strong|secure|something|it|with)/,
  /(?:your|yourown|my|our|the|super|top|very|so|really|some|such|this|that)+(?:app|application|session|cookie|jwt|auth|api|flask|express|nest|nestjs|server|site|web|private|secure|strong|long|random|own|super|top|very|secret)*(?:secret|key|password|passphrase|passwd|token)/,
  /(?:secret|key|password|passphrase|string|text|value)(?:goes|comes|belongs)?(?:here|there|now|later|please)/,
  /(?:do|does|is|are|should|must)?(?:not|dont|never|no)(?:a|an|the|be|to|for|in|real|really|very)*(?:use|used|secure|safe|secret|real|random|production|share|commit)/,
  /(?:long|random|strong|secure|complex|unguessable|unique)(?:and|enough|very|long|random|strong|secure|complex|unique|secret)*(?:secret|string|text|value|key|password|phrase|token|characters|chars)/,
  /(?:atleast|minimum|minimumof|min|morethanorequalto)[0-9]+|[0-9]+(?:or)?(?:more)?(?:random)?(?:characters?|chars?|letters?)|thirtytwo/,
  /(?:only|just)?for(?:local|dev|development|testing|debug|debugging|demo)/,
  /(?:development|dev|local|testing|demo|staging)(?:only|session|cookie|app)*(?:secret|key|password)/,
  /(?:session|cookie|jwt|auth|app|flask|express|nest|nestjs)secret|secretkey|secretvalue|secretstring|secretpassword|secrettoken/,
  /(?:keep|nobody|noone|whatever|anything|something|please|sosecret|shhh|guess)/,
];

/** The words that placeholders are made of. */
const vocabulary: readonly string[] = (
  'a an all and any app application api after are as at auth be before belongs bit bits but by byte bytes can change changed ' +
  'changeme char character characters chars choose code comes commit complex config cookie create debug debugging default demo ' +
  'deploy deployment dev development do does done dont dummy edit enough enter env environment example express file fill fixme ' +
  'flask foo bar foobar for from generate generated goes going guess have here hex hide if in insecure insert into is it its just ' +
  'jwt keep key keys know knows later least length letter letters like live local long make me min minimum modify more ' +
  'must my name nest nestjs never new no nobody noone not nothing now of on one only or other our out override own passphrase ' +
  'passwd password paste phrase pick place placeholder please private prod production project provide put random real really ' +
  'redacted replace replaced safe salt sample secret secrets secure server session sessions set shared shhh should site so some ' +
  'something staging string strong such super supply swap test testing tests text than that the there these this to token top ' +
  'todo type unguessable unique unsafe until use used user value very want web whatever will with word words write you your yours ' +
  'thirty two four pass db values vault github'
).split(' ');

const words: ReadonlySet<string> = new Set(vocabulary);
const longestWord = Math.max(...vocabulary.map(({ length }) => length));
/** Shorter words occur in any string by chance, and count only if they stand alone. */
const shortestInside = 3;
const longestText = 500;
/** So many letters in words are no coincidence. */
const fewestLettersOfHint = 6;

/** Whether a string that does not look like random bytes says that it is not a secret. */
export function isPlaceholder(text: string): boolean {
  const shown = text.slice(0, longestText);
  const said = plain(shown);
  if (unresolved.test(shown) || famous.test(said) || isUnfilled(shown)) return true;
  return isOfWords(shown) && asking.some((phrase) => phrase.test(said));
}

/** Characters that happen to stand between delimiters are not the whole string, a variable's name or words. */
function isUnfilled(text: string): boolean {
  return [...text.matchAll(marks)].some(([mark, ...parts]) => {
    const name = parts.join('').trim();
    if (!nameOrHint.test(name)) return false;
    const fewestLetters = nameOfVariable.test(name) ? shortestInside : fewestLettersOfHint;
    if (mark === text.trim() || wordsIn(name) >= fewestLetters) return true;
    return nameOfVariable.test(name) && mark.length >= fewestCharactersOfMark;
  });
}

/** Whether at least half of its letters are in known words. For random characters, whatever their alphabet, they never are. */
function isOfWords(text: string): boolean {
  const letters = text.replace(/[^A-Za-z]/g, '').length;
  return letters > 0 && wordsIn(text) * 2 >= letters;
}

/** How many letters are in known words. */
function wordsIn(text: string): number {
  const runs = text.toLowerCase().match(/[a-z]+/g) ?? [];
  return runs.reduce((sum, run) => sum + coveredIn(run), 0);
}

/** How many letters of a run can be covered by words that do not overlap. */
function coveredIn(run: string): number {
  if (words.has(run)) return run.length;
  const most: number[] = [0];
  for (let end = 1; end <= run.length; end++) {
    let best = most[end - 1] ?? 0;
    for (let length = shortestInside; length <= Math.min(longestWord, end); length++) {
      if (words.has(run.slice(end - length, end))) best = Math.max(best, (most[end - length] ?? 0) + length);
    }
    most.push(best);
  }
  return most[run.length] ?? 0;
}
