/// The VM factory `cache`: machines that have booted wait, paused, for whoever asks next.
@NullMarked
package io.sunaba.factory.cache;

import org.jspecify.annotations.NullMarked;
