/// The shell for OpenSSH clients. It is a client of the control socket, as `bin/sunaba` is: what
/// the shell can do, it can do, and the shell's bundle knows nothing of it.
@NullMarked
package io.sunaba.ssh;

import org.jspecify.annotations.NullMarked;
