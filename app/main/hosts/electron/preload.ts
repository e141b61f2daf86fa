/** Runs before the page, isolated from it: the one hole between the two. Bundled into one CommonJS file. */
import { contextBridge, ipcRenderer } from 'electron';
import { makeBridge } from './bridge.js';

contextBridge.exposeInMainWorld('legionConsole', makeBridge(ipcRenderer));
