/// Programs that tests run in containers.
@NullMarked
package io.sunaba.itests.inguest;

import org.jspecify.annotations.NullMarked;
