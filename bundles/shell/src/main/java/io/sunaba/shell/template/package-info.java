/// The commands `template:*`.
@NullMarked
package io.sunaba.shell.template;

import org.jspecify.annotations.NullMarked;
