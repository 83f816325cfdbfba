/**
 * 32 bits of a key, each as random as the others: FNV-1a (Fowler, Noll and Vo), and the last step of MurmurHash3 (Appleby), because
 * who samples by the size of a hash needs its upper bits too. Signed, as V8 keeps
 * such numbers without a box.
 */
export function hashOf(key: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < key.length; at++) {
    hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
