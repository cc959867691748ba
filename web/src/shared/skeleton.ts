import { packed } from './confusables';

type Prototypes = ReadonlyMap<string, string>;

const toText = (points: string): string => String.fromCodePoint(...points.split('.').map((point) => Number.parseInt(point, 36)));

function unpack(): Prototypes {
  const prototypes = new Map<string, string>();
  for (const group of packed.split(';')) {
    const [looks = '', distances = ''] = group.split(':');
    const prototype = toText(looks);
    let character = 0;
    for (const distance of distances.split(' ')) {
      character += Number.parseInt(distance, 36);
      prototypes.set(String.fromCodePoint(character), prototype);
    }
  }
  return prototypes;
}

let prototypes: Prototypes | undefined;

/**
 * What a name looks like (UTS #39): names of equal skeleton can't be told apart by eye. As on the server, compatibility forms
 * (full-width, mathematical …) are taken apart as well, and what is not seen at all is left out. Case is seen, and stays.
 */
export function skeletonOf(name: string): string {
  prototypes ??= unpack();
  let skeleton = '';
  for (const character of name.normalize('NFKD').replace(/\p{Default_Ignorable_Code_Point}/gu, '')) {
    skeleton += prototypes.get(character) ?? character;
  }
  return skeleton.normalize('NFD');
}
