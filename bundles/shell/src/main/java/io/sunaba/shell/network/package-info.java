/// Commands and options for the networks of sandboxes.
@NullMarked
package io.sunaba.shell.network;

import org.jspecify.annotations.NullMarked;
