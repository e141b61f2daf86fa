/** The pages where a change is made: settings for many nodes, or another version of a gem. */
export { NewGemPage } from './NewGemPage.js';
export { NewSettingsPage } from './NewSettingsPage.js';
