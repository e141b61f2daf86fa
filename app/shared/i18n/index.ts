/** Words for everybody: windows, menus, log and command line take their texts from here. */
export { en } from './en.js';
export * from './format.js';
export * from './sentences.js';
export { isTextKey, parts, text, type Part, type TextKey, type Values } from './text.js';
export { cutMiddle, visible, visibleBlock } from './visible.js';
export { checkText, holdText, whatText } from './change-text.js';
export * from './vault-text.js';
