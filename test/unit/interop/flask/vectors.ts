/** A cookie that Flask made. */
export interface CookieVector {
  readonly name: string;
  readonly secret: string | Buffer;
  readonly ts: number;
  readonly compressed: boolean;
  readonly json: string;
  readonly cookie: string;
}

/** Cookies that Flask 3.1 made, with the text of the JSON in them. All were issued at the time `ts`, in seconds. */
export const cookieVectors: readonly CookieVector[] = [
  {
    name: 'simple',
    secret: 'dev-secret',
    ts: 1700000000,
    compressed: false,
    json: String.raw`{"user_id":42}`,
    cookie: 'eyJ1c2VyX2lkIjo0Mn0.ZVPxAA.LIr3YcHFjdrdtQSuFvBzSarrgwM',
  },
  {
    name: 'sorted',
    secret: 'dev-secret',
    ts: 1700000000,
    compressed: false,
    json: String.raw`{"alpha":{"b":2,"y":1},"zeta":1}`,
    cookie: 'eyJhbHBoYSI6eyJiIjoyLCJ5IjoxfSwiemV0YSI6MX0.ZVPxAA.-btqvQgCCki4NXjwxB8PcE7ip08',
  },
  {
    name: 'scalars',
    secret: 'dev-secret',
    ts: 1700000000,
    compressed: false,
    json: String.raw`{"f":false,"i":-7,"l":[1,"a",[]],"n":null,"o":{},"one":1.0,"t":true,"x":1.5}`,
    cookie:
      'eyJmIjpmYWxzZSwiaSI6LTcsImwiOlsxLCJhIixbXV0sIm4iOm51bGwsIm8iOnt9LCJvbmUiOjEuMCwidCI6dHJ1ZSwieCI6MS41fQ.ZVPxAA.DlKoTkmwtdXtrfL-R6ywEZdM08U',
  },
  {
    name: 'permanent',
    secret: 'dev-secret',
    ts: 1700000000,
    compressed: false,
    json: String.raw`{"_permanent":true,"user_id":42}`,
    cookie: 'eyJfcGVybWFuZW50Ijp0cnVlLCJ1c2VyX2lkIjo0Mn0.ZVPxAA.BOYFUHGwLhaXVnTWKp80M-80AiM',
  },
  {
    name: 'nonascii',
    secret: 'dev-secret',
    ts: 1700000000,
    compressed: false,
    json: String.raw`{"name":"Zo\u00eb \u2603 \ud83d\ude00"}`,
    cookie: 'eyJuYW1lIjoiWm9cdTAwZWIgXHUyNjAzIFx1ZDgzZFx1ZGUwMCJ9.ZVPxAA.8WrV0JRd1DMKvyEsbg-kTjq7wBQ',
  },
  {
    name: 'tuple',
    secret: 'dev-secret',
    ts: 1700000000,
    compressed: false,
    json: String.raw`{"t":{" t":[1,2,3]}}`,
    cookie: 'eyJ0Ijp7IiB0IjpbMSwyLDNdfX0.ZVPxAA.RMHT2prdJdxxTqV3uzc1caZlpRQ',
  },
  {
    name: 'bytes',
    secret: 'dev-secret',
    ts: 1700000000,
    compressed: false,
    json: String.raw`{"b":{" b":"/wBhYg=="}}`,
    cookie: 'eyJiIjp7IiBiIjoiL3dCaFlnPT0ifX0.ZVPxAA.U3Yz4qkLwwgrZ7bFXhjDwD7LVME',
  },
  {
    name: 'markup',
    secret: 'dev-secret',
    ts: 1700000000,
    compressed: false,
    json: String.raw`{"m":{" m":"<b>hi</b>"}}`,
    cookie: 'eyJtIjp7IiBtIjoiPGI-aGk8L2I-In19.ZVPxAA.iD7pEAdLafOGgBg3vDwTxuQ-45U',
  },
  {
    name: 'uuid',
    secret: 'dev-secret',
    ts: 1700000000,
    compressed: true,
    json: String.raw`{"u":{" u":"12345678123456789abcdef012345678"}}`,
    cookie: '.eJyrVipVsqpWUgCSSoZGxiamZuYWMNoyMSk5JTXNAMZXqq0FABY3C-U.ZVPxAA._3IguWQBQKLA-cTvSgFOv7Dh1G8',
  },
  {
    name: 'datetime',
    secret: 'dev-secret',
    ts: 1700000000,
    compressed: false,
    json: String.raw`{"d":{" d":"Thu, 29 Feb 2024 12:30:45 GMT"}}`,
    cookie: 'eyJkIjp7IiBkIjoiVGh1LCAyOSBGZWIgMjAyNCAxMjozMDo0NSBHTVQifX0.ZVPxAA.PBFGbNYw8n1v29VUNgbUsC9XvT8',
  },
  {
    name: 'dict-tagkey',
    secret: 'dev-secret',
    ts: 1700000000,
    compressed: false,
    json: String.raw`{"x":{" di":{" t__":"not-a-tuple"}}}`,
    cookie: 'eyJ4Ijp7IiBkaSI6eyIgdF9fIjoibm90LWEtdHVwbGUifX19.ZVPxAA.-IiHX9mGfqXhGEoqcpGCZfMUKPU',
  },
  {
    name: 'dict-tagkey2',
    secret: 'dev-secret',
    ts: 1700000000,
    compressed: false,
    json: String.raw`{"x":{" t__":"plain"}}`,
    cookie: 'eyJ4Ijp7IiB0X18iOiJwbGFpbiJ9fQ.ZVPxAA.ZzaGg-rH1CCjD6pBfr8skq4O8vM',
  },
  {
    name: 'dict-ditag',
    secret: 'dev-secret',
    ts: 1700000000,
    compressed: false,
    json: String.raw`{"x":{" di":{" di__":"v"}}}`,
    cookie: 'eyJ4Ijp7IiBkaSI6eyIgZGlfXyI6InYifX19.ZVPxAA.N46h4x3wE7oP1RPD96qZem3zNdc',
  },
  {
    name: 'nested',
    secret: 'dev-secret',
    ts: 1700000000,
    compressed: true,
    json: String.raw`{"x":[{" t":[{" b":"AQ=="},{" di":{" b__":{" t":[1]}}}]}]}`,
    cookie: '.eJyrVqpQsoquVlIogVBJSlZKjoG2tkq1OkBeSqaSFUgwPh5Mg9QYxtbW1sYCIQDVLhDp.ZVPxAA.CdkXJa-SFx5db8kJBT6SaWNcffo',
  },
  {
    name: 'top-level-tagkey',
    secret: 'dev-secret',
    ts: 1700000000,
    compressed: false,
    json: String.raw`{" di":{" t__":{" t":[1,2]}}}`,
    cookie: 'eyIgZGkiOnsiIHRfXyI6eyIgdCI6WzEsMl19fX0.ZVPxAA.15FblEAvAVHMmhgZjXgrH1L8crQ',
  },
  {
    name: 'flashes',
    secret: 'dev-secret',
    ts: 1700000000,
    compressed: true,
    json: String.raw`{"_flashes":[{" t":["message","Hello"]},{" t":["error","Bad"]}]}`,
    cookie:
      '.eJyrVopPy0kszkgtVrKKrlZSKAFSSrmpxcWJ6alKOkoeqTk5-UqxtTowqdSiovwioIRTYgpQOLYWAKSMFJY.ZVPxAA.MOIqU6kd0-bJjuw5YDZdzY1zZAI',
  },
  {
    name: 'compressed',
    secret: 'dev-secret',
    ts: 1700000000,
    compressed: true,
    json: String.raw`{"text":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}`,
    cookie: '.eJyrVipJrShRslJKHCZAqRYAr9lPSA.ZVPxAA.8tk94GiAsTJ4zMtuT1oC6mxFCL8',
  },
  {
    name: 'secretbytes',
    secret: Buffer.from('00ff10807f', 'hex'),
    ts: 1700000000,
    compressed: false,
    json: String.raw`{"user_id":42}`,
    cookie: 'eyJ1c2VyX2lkIjo0Mn0.ZVPxAA.6MkSXTJLWD3KSqXioJ4eC7oLaX8',
  },
  {
    name: 'unicodesecret',
    secret: 'cl\u00e9-\u2603',
    ts: 1700000000,
    compressed: false,
    json: String.raw`{"user_id":42}`,
    cookie: 'eyJ1c2VyX2lkIjo0Mn0.ZVPxAA.52xkGCrdf2rY2FCiRjv3LXjlFEE',
  },
  {
    name: 'ts2038',
    secret: 'dev-secret',
    ts: 4294967296,
    compressed: false,
    json: String.raw`{"user_id":42}`,
    cookie: 'eyJ1c2VyX2lkIjo0Mn0.AQAAAAA.E2p8xr8n4Q3v7_3HS_dXadI7BT0',
  },
];
