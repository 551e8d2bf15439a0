/// The commands `storage:*`.
@NullMarked
package io.sunaba.shell.storage;

import org.jspecify.annotations.NullMarked;
