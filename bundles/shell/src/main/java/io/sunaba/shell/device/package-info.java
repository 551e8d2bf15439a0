/// Commands for the storage devices of sandboxes.
@NullMarked
package io.sunaba.shell.device;

import org.jspecify.annotations.NullMarked;
