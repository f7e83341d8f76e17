/** What a file system refuses by, for people. */
const WORDS: Readonly<Record<string, string>> = {
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

/** What a file that is not there means to who asked for it. */
const ABSENT = {
  read: "none",
  // A file is made where there is none; only its folder can be missing.
  write: "no folder that can hold it",
} as const;

/**
 * What a failed call of the file system met, in words that follow "got".
 *
 * @param cause What was thrown.
 * @param use What the file or folder was wanted for.
 */
export function failureWords(cause: unknown, use: "read" | "write"): string {
  const code = typeof cause === "object" && cause !== null && "code" in cause
    ? cause.code
    : undefined;
  // Without a code it is no failure of a file: a runtime that allows none.
  if (typeof code !== "string") return String(cause);
  return code === "ENOENT" ? ABSENT[use] : WORDS[code] ?? code;
}
