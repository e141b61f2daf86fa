/** Objects that complain about what they do not have: an API that we do not stand in for must not look absent. */

/** Asked of any object by promises, consoles and inspectors. */
const HARMLESS = ['then', 'toJSON', 'inspect', 'nodeType', 'constructor', 'asymmetricMatch', '$$typeof'];

const strict = (name, object) =>
  new Proxy(object, {
    get(target, key, receiver) {
      if (typeof key === 'symbol' || key in target || HARMLESS.includes(key))
        return Reflect.get(target, key, receiver);
      throw new Error(`the Electron stand-in has no ${name}.${key}`);
    },
  });

/** Throws for every option that is not known here: a misspelt one would pass unseen. */
function knownOptions(name, options, known) {
  const unknown = Object.keys(options).filter((key) => !known.includes(key));
  if (unknown.length > 0) throw new Error(`${name}: unknown ${unknown.join(', ')}`);
}

module.exports = { knownOptions, strict };
