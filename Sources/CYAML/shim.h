// libyaml 0.2 as Swift sees it.
#include <yaml.h>
