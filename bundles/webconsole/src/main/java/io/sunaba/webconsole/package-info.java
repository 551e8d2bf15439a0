/// Who may use the Felix Web Console.
@NullMarked
package io.sunaba.webconsole;

import org.jspecify.annotations.NullMarked;
