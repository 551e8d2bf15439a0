/// How values look: as tables and lists for people, as JSON for programs.
@NullMarked
package io.sunaba.shell.format;

import org.jspecify.annotations.NullMarked;
