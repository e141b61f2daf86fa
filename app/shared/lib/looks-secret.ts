/** Whether a key is one whose value a person would not want on a screen. Rather one too many than one too few. */
const SECRET_KEY =
  /pass|pwd|secret|token|private|credential|auth(?!or)|bearer|cookie|dsn$|signature|(api|access).?key|^key$|^message$|enciphered|^iv$|^pin$|^salt$/i;

export const looksSecret = (key: string): boolean => SECRET_KEY.test(key);
