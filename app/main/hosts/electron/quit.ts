/**
 * Leaving: at once where nothing is open; else after one question. Who ends the process from outside (a signal, the
 * system that shuts down) is not asked anything.
 */
import { app, BrowserWindow, dialog, powerMonitor } from 'electron';
import { QUIT_ANSWERS, type QuitAnswer, type QuitQuestion } from './quit-words.js';

export type Leaving = {
  /** What is open now; null: nothing. */
  question(): QuitQuestion | null;
  /** The window, opened or brought to the front. */
  show(): void;
  /** Says goodbye and ends the process. Called once. */
  leave(): void;
};

/** Call before the app is ready. */
export function askBeforeQuit({ question, show, leave }: Leaving): void {
  let isForced = false;
  let isAsking = false;
  let isLeaving = false;

  const quit = (): void => {
    if (isLeaving) return;
    isLeaving = true;
    leave();
  };
  const ask = async (words: QuitQuestion): Promise<QuitAnswer> => {
    const { response } = await dialog.showMessageBox({
      ...{ type: 'question', message: words.message, detail: words.detail, buttons: [...words.buttons] },
      ...{ defaultId: 0, cancelId: QUIT_ANSWERS.length - 1, noLink: true },
    });
    return QUIT_ANSWERS[response] ?? 'cancel';
  };
  const decide = async (): Promise<void> => {
    const words = isForced ? null : question();
    if (words === null) return quit();
    if (isAsking) return;
    isAsking = true;
    const answer = await ask(words).catch((): QuitAnswer => 'cancel');
    isAsking = false;
    if (answer === 'quit' || isForced) quit();
    else if (answer === 'cancel') show();
    else for (const window of BrowserWindow.getAllWindows()) window.hide();
  };

  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  app.on('before-quit', (event) => {
    event.preventDefault();
    // A signal is heard by Electron, which quits, and by us, in either order.
    setImmediate(() => void decide());
  });
  const force = (): void => {
    isForced = true;
    app.quit();
  };
  void app.whenReady().then(() => {
    // Electron sets its own while it starts; the last one counts.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, force);
    // Typed for macOS and Linux alone; on Windows nobody emits it.
    powerMonitor.on('shutdown', force);
  });
}
