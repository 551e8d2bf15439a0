/// The programs of the distribution: the platform itself and the client of its control socket.
@NullMarked
package io.sunaba.launcher;

import org.jspecify.annotations.NullMarked;
