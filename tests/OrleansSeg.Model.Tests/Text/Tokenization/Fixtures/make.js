// Makes the tokenizers of this folder from the texts below, and the ids and character offsets that Hugging Face's tokenizers give.
// Run: npm install @anush008/tokenizers@0.6.0 in some folder, then NODE_PATH=thatfolder/node_modules node make.js
const { Tokenizer } = require('@anush008/tokenizers');
const fs = require('fs');

const texts = [
  'WHITE HANGING HEART T-LIGHT HOLDER', 'red & white café mug, 12cm (set of 2)', "Don't they'll I've we'd 'tis rock'n'roll", 'Crème brûlée À LA CARTE',
  'tabs\tand\nnew\r\nlines', '  lead  and trail  ', 'zero\u200bwidth\u00adsoft', '退货政策是什么？我想买T恤XL码', '红色的鞋子，多少钱', '한국어 리뷰 좋아요', 'ΣΑΣ ς',
  'e\u0301cole cafe\u0301', '𝒜𝓑 𠀀𪚥 bold', '$5.00 + 3% = £4 ~ ^x^', 'a\u00a0b\u3000c', 'x\u007fy\ue000z', '😀👍🏽', '', '   ', 'a'.repeat(101) + ' b', '…—“quoted”', 'İstanbul',
];
const bert = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'], roberta = ['<s>', '<pad>', '</s>', '<unk>'];
const count = (items) => items.reduce((map, item) => map.set(item, (map.get(item) || 0) + 1), new Map());
const special = (names, ids) => names.map((content) => (
  { id: ids[content], content, single_word: false, lstrip: content === '<mask>', rstrip: false, normalized: false, special: true }));
const numbered = (entries) => Object.fromEntries([...new Set(entries)].map((entry, id) => [entry, id]));

function wordPiece() {
  const plain = texts.join(' ').toLowerCase().normalize('NFD').replace(/\p{Mn}/gu, '');
  const characters = [...new Set(plain.replace(/\s/g, ''))].filter((c) => c !== 'q' && c !== '政').sort();
  const words = plain.match(/[a-z]{3,9}/g);
  const vocab = numbered([...bert, ...characters, ...characters.map((c) => '##' + c), ...words, '##ight', '##fe', 'cre', '##me']);
  return {
    added_tokens: special(bert, vocab), pre_tokenizer: { type: 'BertPreTokenizer' },
    normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
    post_processor: { type: 'BertProcessing', sep: ['[SEP]', 3], cls: ['[CLS]', 2] },
    model: { type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 100, vocab },
  };
}

function bytePairs() {
  const character = [...Array(256).keys()];
  let moved = 256;
  const map = character.map((b) => String.fromCharCode((b > 32 && b < 127) || (b > 160 && b !== 173) ? b : moved++));
  let words = texts.flatMap((text) => text.match(/ ?\p{L}+|\s+| ?[^\s\p{L}]+/gu) || []).map((word) => [...Buffer.from(word)].map((b) => map[b]));
  const merges = [];
  while (merges.length < 120) {
    const pairs = count(words.flatMap((word) => word.slice(1).map((next, i) => word[i] + ' ' + next)));
    const best = [...pairs].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0][0];
    merges.push(best);
    words = words.map((word) => word.reduce((out, next) => {
      if (out.length && out[out.length - 1] + ' ' + next === best) out[out.length - 1] += next; else out.push(next);
      return out;
    }, []));
  }
  const vocab = numbered([...roberta, ...[...map].sort(), ...merges.map((merge) => merge.replace(' ', '')), '<mask>']);
  return {
    added_tokens: special([...roberta, '<mask>'], vocab), normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: { type: 'RobertaProcessing', sep: ['</s>', 2], cls: ['<s>', 0], trim_offsets: true, add_prefix_space: false },
    model: { type: 'BPE', dropout: null, unk_token: null, continuing_subword_prefix: '', end_of_word_suffix: '', fuse_unk: false, vocab, merges },
  };
}

function unigram() {
  const words = texts.join(' ').split(/\s+/).filter((word) => word.length < 30).map((word) => [...('▁' + word)]);
  const parts = words.flatMap((word) => word.flatMap((_, i) => [1, 2, 3, 4, 5].map((n) => word.slice(i, i + n).join(''))));
  const kept = [...count(parts)].filter(([part, n]) => n > 1 || [...part].length === 1).filter(([part]) => !/[政𠀀𪚥]/u.test(part));
  // No two sums of these scores are near: the likeliest pieces are the same in single and double precision.
  const pieces = kept.map(([part, n], i) => [part, Math.log(n * [...part].length / parts.length) - ((i * 7919) % 1000) / 3001]);
  const vocab = [...roberta.map((name) => [name, 0]), ...pieces, ['<mask>', 0]];
  const ids = Object.fromEntries(vocab.map(([piece], id) => [piece, id]));
  const end = { SpecialToken: { id: '</s>', type_id: 0 } }, start = { SpecialToken: { id: '<s>', type_id: 0 } };
  const part = (id) => ({ Sequence: { id, type_id: 0 } }), token = (id, n) => ({ id, ids: [n], tokens: [id] });
  return {
    added_tokens: special([...roberta, '<mask>'], ids), normalizer: null,
    pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'WhitespaceSplit' }, { type: 'Metaspace', replacement: '▁', add_prefix_space: true }] },
    post_processor: {
      type: 'TemplateProcessing', single: [start, part('A'), end], pair: [start, part('A'), end, end, part('B'), end],
      special_tokens: { '<s>': token('<s>', 0), '</s>': token('</s>', 2) },
    },
    model: { type: 'Unigram', unk_id: 3, vocab },
  };
}

(async () => {
  for (const [name, json, mask] of [['wordpiece', wordPiece(), '[MASK]'], ['bytepairs', bytePairs(), '<mask>'], ['unigram', unigram(), '<mask>']]) {
    fs.mkdirSync(name, { recursive: true });
    fs.writeFileSync(`${name}/tokenizer.json`, JSON.stringify({ version: '1.0', truncation: null, padding: null, decoder: null, ...json }) + '\n');
    const tokenizer = Tokenizer.fromFile(`${name}/tokenizer.json`);
    const singles = [], pairs = [];
    for (const text of [...texts, `red ${mask} mug${mask}`, `red \t${mask}${mask} mug`]) {
      const found = await tokenizer.encode(text, null, { addSpecialTokens: false });
      singles.push({ text, ids: found.getIds(), offsets: found.getOffsets() });
    }
    for (let i = 0; i < 24; i++) {
      const [text, pair, max] = [texts[(i * 5) % texts.length], texts[(i * 3 + 1) % texts.length], 6 + i];
      tokenizer.setTruncation(max);
      const found = await tokenizer.encode(text, pair);
      pairs.push({ text, pair, max, ids: found.getIds(), types: found.getTypeIds() });
    }
    fs.writeFileSync(`${name}/cases.json`, JSON.stringify({ singles, pairs }) + '\n');
  }
})();
