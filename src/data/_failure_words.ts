/** What a file system refuses by, for people. */
const WORDS: Readonly<Record<string, string>> = {
  ENOENT: "none",
  EISDIR: "a folder",
  ENOTDIR: "a file where a folder must be",
  // Folders are made with those above them, so only a file can be in the way.
  EEXIST: "a file where a folder must be",
  EACCES: "no permission",
  EPERM: "no permission",
  ENOTEMPTY: "a folder that is not empty",
  ENOSPC: "a full disk",
  EDQUOT: "a full quota",
  EROFS: "a disk that is read only",
  ENAMETOOLONG: "a name that is too long",
  EMFILE: "too many open files",
};

/** What a failed call of the file system met, in words that follow "got". */
export function failureWords(cause: unknown): string {
  const code = typeof cause === "object" && cause !== null && "code" in cause
    ? cause.code
    : undefined;
  // Without a code it is no failure of a file: a runtime that allows none.
  return typeof code === "string" ? WORDS[code] ?? code : String(cause);
}
