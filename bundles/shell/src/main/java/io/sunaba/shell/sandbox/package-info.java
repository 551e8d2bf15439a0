/// Commands on sandboxes.
@NullMarked
package io.sunaba.shell.sandbox;

import org.jspecify.annotations.NullMarked;
